"""`wardline doctor`: what works, what is missing and how to get it."""

import importlib.util
import os
import shutil
import socket
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from wardline.cli.options import json_option, print_json
from wardline.config import NUMBA_CACHE, SettingsError, data_dir, token

DISK_FREE_MIN = 1 << 30
"""A ward of twenty writes about 150 MiB a day."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `is_needed`: without it `wardline up` does not run."""

    name: str
    ok: bool
    finding: str
    is_needed: bool = True


@click.command()
@click.option("--store", "url", help="Look at this store. Default: the one of `wardline up`.")
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@json_option
def doctor(url: str | None, port: int, as_json: bool) -> None:  # noqa: FBT001 - click passes flags so
    """Say what works, what is missing and how to get it.

    Example: wardline doctor
    """
    looks = [
        _python, _data_folder, _disk, lambda: _store(url), lambda: _port(port), _token,
        _machine_code, _parquet, _postgresql, _console,
    ]  # fmt: skip
    checks = [look() for look in looks]
    for check in checks:
        word = "ok     " if check.ok else "PROBLEM" if check.is_needed else "missing"
        click.echo(f"{word}  {check.name}: {check.finding}", err=as_json)
    if as_json:
        print_json({"checks": [asdict(check) for check in checks]})
    if any(check.is_needed and not check.ok for check in checks):
        sys.exit(1)


def _python() -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Check("Python", sys.version_info >= (3, 11), f"{version} (3.11 or newer is needed)")


def _data_folder() -> Check:
    try:
        return Check("data folder", True, f"{data_dir()} can be written to")
    except SettingsError as problem:
        return Check("data folder", False, str(problem))


def _disk() -> Check:
    try:
        free = shutil.disk_usage(data_dir()).free
    except (SettingsError, OSError) as problem:
        return Check("disk", False, str(problem))
    return Check("disk", free >= DISK_FREE_MIN, f"{free / 2**30:.1f} GiB free (1 GiB is needed)")


def _store(url: str | None) -> Check:
    from wardline.assembly import (  # noqa: PLC0415 - loads the database's library
        UnknownUrlError,
        open_store,
        sqlite_file,
        store_url,
    )
    from wardline.pipeline.ports import (  # noqa: PLC0415 - as above
        StoreUnavailableError,
        StoreVersionError,
    )

    try:
        named = url or store_url(data_dir() / "wardline.db")
        file = sqlite_file(named)
        if url is None and file is not None and not file.exists():
            return Check("store", True, f"{file} will be made by the first `wardline up`")
        store = open_store(named, must_exist=True)
        counts = store.counts()
        store.close()
    except (SettingsError, UnknownUrlError, StoreUnavailableError, StoreVersionError) as problem:
        return Check("store", False, str(problem))
    return Check("store", True, f"{named} holds {counts['readings']} readings")


def _port(port: int) -> Check:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            hint = f"{port} is taken, perhaps by a running Wardline; `up --port` takes another"
            return Check("port", False, hint, is_needed=False)
    return Check("port", True, f"{port} is free")


def _token() -> Check:
    try:
        there = token() is not None
    except SettingsError as problem:
        return Check("token", False, str(problem))
    hint = "none; only this machine can connect (set WARDLINE_TOKEN or WARDLINE_TOKEN_FILE)"
    return Check("token", True, "set" if there else hint, is_needed=False)


def _machine_code() -> Check:
    folder = Path(os.environ.get(NUMBA_CACHE, ""))
    compiled = sum(1 for _ in folder.rglob("*.nbc")) if folder.is_dir() else 0
    if not os.access(folder, os.W_OK):
        return Check("machine code", False, f"{folder} cannot be written to; set {NUMBA_CACHE}")
    hint = "not compiled yet; the first start takes about a minute longer"
    found = f"{compiled} functions compiled in {folder}" if compiled else hint
    return Check("machine code", True, found)


def _parquet() -> Check:
    there = importlib.util.find_spec("pyarrow") is not None
    hint = "pip install 'wardline[lake]'"
    return Check("Parquet (pyarrow)", there, "there" if there else hint, is_needed=False)


def _postgresql() -> Check:
    there = importlib.util.find_spec("psycopg") is not None
    hint = "pip install 'wardline[postgresql]'"
    return Check("PostgreSQL (psycopg)", there, "there" if there else hint, is_needed=False)


def _console() -> Check:
    there = importlib.util.find_spec("wardline.server.app") is not None
    return Check("server", there, "there" if there else "this installation is incomplete")
