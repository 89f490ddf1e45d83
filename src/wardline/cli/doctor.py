"""`wardline doctor`: what works, what is missing and how to get it."""

import importlib.util
import os
import shutil
import socket
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from wardline.cli.checks import Check
from wardline.cli.options import json_option, print_json
from wardline.cli.worker_checks import kafka_checks, store_checks
from wardline.config import NUMBA_CACHE, SettingsError, data_dir, token

if TYPE_CHECKING:
    from wardline.stores.relational.shard_states import ShardState

DISK_FREE_MIN = 1 << 30
"""A ward of twenty writes about 150 MiB a day."""


@click.command()
@click.option("--store", "url", help="Look at this store. Default: the one of `wardline up`.")
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option("--brokers", metavar="HOST:PORT[,HOST:PORT]", help="Look at Kafka as well.")
@json_option
def doctor(url: str | None, port: int, brokers: str | None, as_json: bool) -> None:  # noqa: FBT001 - click passes flags so
    """Say what works, what is missing and how to get it.

    Example: wardline doctor
    """
    looks = [
        _python, _data_folder, _disk, lambda: _port(port), _token,
        _machine_code, _parquet, _postgresql, _kafka, _console,
    ]  # fmt: skip
    checks = [*(look() for look in looks), *_flow(url, brokers)]
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


def _flow(url: str | None, brokers: str | None) -> "list[Check]":
    """The store with its shards, then the brokers, then how far one is behind the other."""
    checks, shards = _store(url)
    return checks if brokers is None else [*checks, *kafka_checks(brokers, shards)]


def _store(url: str | None) -> "tuple[list[Check], tuple[ShardState, ...]]":
    """What was found, and the store's shards."""
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
    from wardline.stores.relational.store import RelationalStore  # noqa: PLC0415 - as above

    try:
        named = url or store_url(data_dir() / "wardline.db")
        file = sqlite_file(named)
        if url is None and file is not None and not file.exists():
            found = f"{file} will be made by the first `wardline up`"
            return [Check("store", True, found)], ()
        store = open_store(named, must_exist=True)
        try:
            counts = store.counts()
            state = store.state() if isinstance(store, RelationalStore) else None
        finally:
            store.close()
    except (SettingsError, UnknownUrlError, StoreUnavailableError, StoreVersionError) as problem:
        return [Check("store", False, str(problem))], ()
    found = [Check("store", True, f"{named} holds {counts['readings']} readings")]
    if state is None:
        return found, ()
    return [*found, *store_checks(state, counts["dead-letters"])], state.shards


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


def _kafka() -> Check:
    there = importlib.util.find_spec("confluent_kafka") is not None
    hint = "pip install 'wardline[kafka]'"
    return Check("Kafka (confluent-kafka)", there, "there" if there else hint, is_needed=False)


def _console() -> Check:
    there = importlib.util.find_spec("wardline.server.app") is not None
    return Check("server", there, "there" if there else "this installation is incomplete")
