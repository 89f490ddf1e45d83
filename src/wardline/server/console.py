"""The built browser console: its files, read once into memory, and how each is sent.

What is not among the files read at the start cannot be asked for, so no path leads elsewhere.
"""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response

logger = logging.getLogger(__name__)

CONSOLE_FOLDER = Path(__file__).parent / "static" / "console"
INDEX = "index.html"
HASHED_PREFIX = "assets/"
"""Files below it carry a digest of their content in their name."""
SIZE_MAX = 8 << 20
"""Bytes of all files with their compressed copies; a larger console is not served."""

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
"""By the ending of a file's name; files of other endings are not served."""

CODINGS = {"br": ".br", "gzip": ".gz"}
"""Content codings, the smallest first, and the ending of the file that holds it."""
CODINGS_STATED_MAX = 20
"""Items of Accept-Encoding looked at."""
IDENTITY = "identity"

NEVER_CHANGES = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its content by content coding (identity always), and the headers it has."""

    media_type: str
    cache: str
    etag: str
    bodies: dict[str, bytes]

    def response(self, headers: Headers) -> Response:
        """The answer to a request with these headers: compressed as it likes best, or just 304."""
        coding = best_coding(headers.get("accept-encoding", ""), self.bodies)
        etag = f'"{self.etag}-{coding}"'
        about = {"ETag": etag, "Cache-Control": self.cache, "Vary": "Accept-Encoding"}
        if _is_known(headers, etag):
            return Response(status_code=304, headers=about)
        if coding != IDENTITY:
            about["Content-Encoding"] = coding
        return Response(self.bodies[coding], headers=about | {"Content-Type": self.media_type})


@dataclass(frozen=True, slots=True)
class Console:
    """All files of the console by their path below its folder, with slashes."""

    assets: dict[str, Asset]

    @property
    def index(self) -> Asset:
        """The page that every address of the console gives."""
        return self.assets[INDEX]


def load_console(folder: Path) -> Console | None:
    """The console built into a folder; None where there is none, or one too large to serve."""
    if not (folder / INDEX).is_file():
        return None
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    size = sum(path.stat().st_size for path in files)
    if size > SIZE_MAX:
        logger.error("the console is not served: %d bytes are more than %d", size, SIZE_MAX)
        return None
    return Console(
        {
            path.relative_to(folder).as_posix(): _asset(path, folder)
            for path in files
            if path.suffix in MEDIA_TYPES
        }
    )


def _asset(path: Path, folder: Path) -> Asset:
    body = path.read_bytes()
    is_hashed = path.relative_to(folder).as_posix().startswith(HASHED_PREFIX)
    return Asset(
        media_type=MEDIA_TYPES[path.suffix],
        cache=NEVER_CHANGES if is_hashed else ASK_AGAIN,
        etag=hashlib.sha256(body).hexdigest()[:32],
        bodies={IDENTITY: body} | dict(_compressed(path)),
    )


def _compressed(path: Path) -> Iterator[tuple[str, bytes]]:
    for coding, ending in CODINGS.items():
        copy = path.with_name(path.name + ending)
        if copy.is_file():
            yield coding, copy.read_bytes()


def best_coding(accept_encoding: str, bodies: dict[str, bytes]) -> str:
    """The coding a caller likes best among those there are (RFC 9110, 12.5.3).

    Between equals the smallest; identity where nothing that is there is wanted.
    """
    wanted = dict(_stated(accept_encoding))
    rest = wanted.get("*", 0.0)
    best, best_quality = IDENTITY, wanted.get(IDENTITY, 0.0)
    for coding in reversed(CODINGS):
        quality = wanted.get(coding, rest)
        if coding in bodies and quality > 0 and quality >= best_quality:
            best, best_quality = coding, quality
    return best


def _stated(accept_encoding: str) -> Iterator[tuple[str, float]]:
    for item in accept_encoding.lower().split(",")[:CODINGS_STATED_MAX]:
        coding, *parameters = (part.strip() for part in item.split(";"))
        stated = [p.removeprefix("q=") for p in parameters if p.startswith("q=")]
        yield coding, _quality(stated[0]) if stated else 1.0


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0 <= quality <= 1 else 0.0


def _is_known(headers: Headers, etag: str) -> bool:
    """Whether the caller has this very content already (If-None-Match)."""
    stated = [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
    return etag in stated or "*" in stated
