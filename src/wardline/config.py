"""Settings from the environment, and the folders Wardline keeps things in.

Secrets come from the environment or a file, never from an argument.
"""

import hashlib
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import platformdirs

DATA_DIR = "WARDLINE_DATA_DIR"
TOKEN = "WARDLINE_TOKEN"  # noqa: S105 - the variable's name, no secret
TOKEN_FILE = "WARDLINE_TOKEN_FILE"  # noqa: S105 - the variable's name, no secret
NUMBA_CACHE = "NUMBA_CACHE_DIR"
COMPILED = ("model", "codecs", "engine")
"""Packages whose sources end up in machine code."""
STORE_PASSWORD = "WARDLINE_STORE_PASSWORD"  # noqa: S105 - the variable's name, no secret
STORE_PASSWORD_FILE = "WARDLINE_STORE_PASSWORD_FILE"  # noqa: S105 - the variable's name, no secret
KAFKA_PROTOCOL = "WARDLINE_KAFKA_PROTOCOL"
KAFKA_MECHANISM = "WARDLINE_KAFKA_MECHANISM"
KAFKA_USER = "WARDLINE_KAFKA_USER"
KAFKA_PASSWORD = "WARDLINE_KAFKA_PASSWORD"  # noqa: S105 - the variable's name, no secret
KAFKA_PASSWORD_FILE = "WARDLINE_KAFKA_PASSWORD_FILE"  # noqa: S105 - the variable's name, no secret
KAFKA_CA = "WARDLINE_KAFKA_CA"
KAFKA_CERTIFICATE = "WARDLINE_KAFKA_CERTIFICATE"
KAFKA_KEY = "WARDLINE_KAFKA_KEY"
KAFKA_KEY_PASSWORD = "WARDLINE_KAFKA_KEY_PASSWORD"  # noqa: S105 - the variable's name, no secret
KAFKA_KEY_PASSWORD_FILE = "WARDLINE_KAFKA_KEY_PASSWORD_FILE"  # noqa: S105 - the variable's name, no secret
TOKEN_BYTES_MAX = 4096
CACHES_KEPT = 3
"""Versions whose machine code is kept."""


class SettingsError(Exception):
    """A setting that cannot be used; one clear line says which and why."""


def data_dir() -> Path:
    """Where the store of `wardline up` lies, made if needed. Raises SettingsError."""
    named = os.environ.get(DATA_DIR)
    folder = Path(named) if named else Path(platformdirs.user_data_dir("wardline", appauthor=False))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise SettingsError(
            f"the data folder {folder} cannot be made ({problem.strerror}); set {DATA_DIR}"
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SettingsError(f"the data folder {folder} cannot be written to; set {DATA_DIR}")
    return folder


def token() -> str | None:
    """What callers of the API must send, if anything. Raises SettingsError."""
    return _secret(TOKEN_FILE, TOKEN, "token")


def store_password() -> str | None:
    """The password of the store's database, if any is set. Raises SettingsError."""
    return _secret(STORE_PASSWORD_FILE, STORE_PASSWORD, "password")


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """How to sign in to Kafka's brokers: as the environment says it, not checked here."""

    protocol: str = "PLAINTEXT"
    mechanism: str = "SCRAM-SHA-512"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    certificate_file: str | None = None
    key_file: str | None = None
    key_password: str | None = field(default=None, repr=False)


def kafka_security() -> KafkaSettings:
    """How the environment says to sign in to Kafka. Raises SettingsError."""
    usual = KafkaSettings()
    said = os.environ.get
    return KafkaSettings(
        protocol=(said(KAFKA_PROTOCOL) or usual.protocol).upper(),
        mechanism=(said(KAFKA_MECHANISM) or usual.mechanism).upper(),
        user=said(KAFKA_USER) or None,
        password=_secret(KAFKA_PASSWORD_FILE, KAFKA_PASSWORD, "password"),
        ca_file=said(KAFKA_CA) or None,
        certificate_file=said(KAFKA_CERTIFICATE) or None,
        key_file=said(KAFKA_KEY) or None,
        key_password=_secret(KAFKA_KEY_PASSWORD_FILE, KAFKA_KEY_PASSWORD, "password"),
    )


def _secret(file_variable: str, variable: str, what: str) -> str | None:
    """What a file holds that a variable names, or else a variable itself."""
    name = os.environ.get(file_variable)
    if not name:
        return os.environ.get(variable) or None
    try:
        with Path(name).open(encoding="utf-8") as file:
            text = file.read(TOKEN_BYTES_MAX + 1).strip()
    except (OSError, UnicodeDecodeError) as problem:
        raise SettingsError(f"{file_variable}: {name} cannot be read ({problem})") from None
    if not text or len(text) > TOKEN_BYTES_MAX:
        raise SettingsError(f"{file_variable}: {name} holds no {what}")
    return text


def allowed_hosts() -> tuple[str, ...]:
    """Further names the server is known by, from WARDLINE_ALLOWED_HOSTS (comma-separated)."""
    names = os.environ.get("WARDLINE_ALLOWED_HOSTS", "").split(",")
    return tuple(name.strip() for name in names if name.strip())


def prepare_machine_code_cache() -> Path:
    """Say where compiled machine code is kept. To be called before the engine is imported.

    The folder is named after the sources and versions it was compiled from, so that code compiled
    from other sources is never picked up. A NUMBA_CACHE_DIR that is set already is left alone.
    """
    named = os.environ.get(NUMBA_CACHE)
    if named:
        return Path(named)
    caches = Path(platformdirs.user_cache_dir("wardline", appauthor=False))
    folder = caches / f"machine-code-{_sources_id()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        folder.touch()
        writable = os.access(folder, os.W_OK | os.X_OK)
        _forget_old(caches)
    except OSError:
        writable = False
    if not writable:
        folder = Path(tempfile.mkdtemp(prefix="wardline-machine-code-"))
    os.environ[NUMBA_CACHE] = str(folder)
    return folder


def _forget_old(caches: Path) -> None:
    """Delete machine code of versions not used lately; whoever needs it compiles again."""
    folders = list(caches.glob("machine-code-*"))
    folders.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in folders[CACHES_KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def _sources_id() -> str:
    """A hash over what the machine code depends on: sources, Python, Numba, NumPy."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    files = [file for folder in COMPILED for file in (package / folder).glob("*.py")]
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    names = (sys.version, platform.machine(), *(_version(name) for name in ("numba", "numpy")))
    digest.update("\0".join(names).encode())
    return digest.hexdigest()[:16]


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "none"
