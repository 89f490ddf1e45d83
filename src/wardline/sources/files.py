"""Recording files: what is in them, packed with gzip or bzip2 or not, and who they are."""

import bz2
import gzip
import hashlib
import zlib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

PEEK_BYTES = 1 << 18
"""How much of a file is looked at to tell its format."""

WHOLE_FILE_BYTES_MAX = 256 << 20
"""Files whose rows must be merged are held in memory; unpacked larger ones are left with a reason.
About 2.5 million charted rows, which then take some 2 GiB while they are merged."""

PIECE_BYTES = 1 << 20
_DAMAGE = (EOFError, OSError, zlib.error, ValueError)


class LeftError(Exception):
    """A file that is not read, with the reason."""


@dataclass(frozen=True, slots=True)
class Content:
    """Unpacked bytes. damage: why they end before the file's end, '' if they do not."""

    content: bytes
    damage: str = ""


class DamageError(Exception):
    """A packed file that cannot be unpacked from here on."""


def pieces(path: Path, progress: Callable[[int], None] = lambda _: None) -> Generator[bytes]:
    """A file's unpacked bytes in pieces of about PIECE_BYTES.

    progress: told after each piece how many bytes of the packed file were read. Raises DamageError
    after the last byte that could be unpacked.
    """
    damage: Exception | None = None
    with path.open("rb") as packed:
        unpacked = _unpacking(packed)
        while damage is None:
            parts: list[bytes] = []
            size = 0
            try:
                # read() would lose what it gathered before a damage; read1() does not gather.
                while size < PIECE_BYTES and (part := unpacked.read1(PIECE_BYTES - size)):
                    parts.append(part)
                    size += len(part)
            except _DAMAGE as problem:
                damage = problem
            if parts:
                progress(packed.tell())
                yield b"".join(parts)
            elif damage is None:
                return
    raise DamageError(str(damage) or type(damage).__name__)


def _unpacking(packed: BufferedReader) -> gzip.GzipFile | bz2.BZ2File | BufferedReader:
    magic = packed.peek(3)[:3]
    if magic.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=packed)
    if magic == b"BZh":
        return bz2.BZ2File(packed)
    return packed


def read_unpacked(path: Path, bytes_max: int) -> Content:
    """At most `bytes_max` unpacked bytes; of a damaged packed file what comes before the damage."""
    parts: list[bytes] = []
    left = bytes_max
    found = pieces(path)
    try:
        while left > 0 and (piece := next(found, b"")):
            parts.append(piece[:left])
            left -= len(piece)
    except DamageError as damage:
        return Content(b"".join(parts), str(damage))
    finally:
        found.close()
    return Content(b"".join(parts))


def read_whole(path: Path) -> Content:
    """All of a file, unpacked. Raises LeftError for more than WHOLE_FILE_BYTES_MAX."""
    whole = read_unpacked(path, WHOLE_FILE_BYTES_MAX + 1)
    if len(whole.content) > WHOLE_FILE_BYTES_MAX:
        raise LeftError(
            f"larger than {WHOLE_FILE_BYTES_MAX >> 20} MiB unpacked: split it, patient by patient"
        )
    return whole


def origin_of(*paths: Path) -> str:
    """A name for the content of these files: the first one's name and a SHA-256 over all."""
    total = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return f"{paths[0].name}@{total.hexdigest()[:16]}"
