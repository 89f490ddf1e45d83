"""`wardline backup` and `restore`: a store as one file, taken while it is in use."""

import sqlite3
from contextlib import closing
from pathlib import Path

import click

from wardline.cli.failures import CommandError
from wardline.cli.finished_file import finished_file
from wardline.cli.options import json_option, print_json, say

TABLES = ("readings", "windows", "scores", "anomalies", "transitions", "commands", "dead-letters")


@click.command()
@click.option("--store", "url", required=True, help="Store to copy; it may be in use.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@json_option
def backup(url: str, out: Path, as_json: bool) -> None:  # noqa: FBT001 - click passes flags so
    """Copy a store as it is at one moment into a file.

    Example: wardline backup --store sqlite:///ward.db --out ward-backup.db
    """
    _copy(_file_of(url), out)
    _report(out, as_json=as_json)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--store", "url", required=True, help="Store to make; it must not exist yet.")
@json_option
def restore(file: Path, url: str, as_json: bool) -> None:  # noqa: FBT001 - click passes flags so
    """Make a store out of a backup.

    Example: wardline restore ward-backup.db --store sqlite:///ward.db
    """
    target = _file_of(url)
    if target.exists():
        raise CommandError(f"{target} is there already; move it away first")
    _copy(file, target)
    _report(target, as_json=as_json)


def _file_of(url: str) -> Path:
    from wardline.assembly import sqlite_file  # noqa: PLC0415 - loads the database's library

    file = sqlite_file(url) if url.startswith("sqlite:") else None
    if file is None:
        raise CommandError(
            f"{url}: only stores in SQLite files are copied so; for PostgreSQL use pg_dump"
        )
    return file


def _copy(source: Path, target: Path) -> None:
    """SQLite's own online copy: one moment's state, also while somebody writes."""
    if not source.is_file():
        raise CommandError(f"there is no {source}")
    with finished_file(target) as unfinished:
        try:
            with (
                closing(
                    sqlite3.connect(source.absolute().as_uri() + "?mode=ro", uri=True)
                ) as taken,
                closing(sqlite3.connect(unfinished)) as made,
            ):
                taken.backup(made)
                (soundness,) = made.execute("PRAGMA integrity_check").fetchone()
        except sqlite3.DatabaseError as problem:
            raise CommandError(f"{source} cannot be copied: {problem}") from None
        if soundness != "ok":
            raise CommandError(f"{source} is damaged: {soundness}")
        unfinished.chmod(0o600)


def _report(file: Path, *, as_json: bool) -> None:
    from wardline.assembly import open_store, store_url  # noqa: PLC0415 - as above

    store = open_store(store_url(file.absolute()), must_exist=True)
    try:
        counts = {name: count for name, count in store.counts().items() if name in TABLES}
    finally:
        store.close()
    say(f"{file}: {counts['readings']} readings")
    if as_json:
        print_json(counts)
