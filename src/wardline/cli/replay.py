"""`wardline replay`: recordings through the engine into a store, or to a running Wardline."""

import sys
import time
from threading import Event
from typing import Any

import click

from wardline.cli.failures import CommandError
from wardline.cli.options import json_option, print_json, say
from wardline.cli.progress import ProgressLine
from wardline.cli.stopping import INTERRUPTED, stop_on_signals

FORMATS = ("auto", "bidmc", "mimic3", "wfdb", "csv", "store")
SPEEDS = {"1": 1.0, "60": 60.0, "max": None}


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--format", "file_format", type=click.Choice(FORMATS), default="auto")
@click.option("--store", "url", help="Store to fill. Default: one in memory, gone at the end.")
@click.option("--into", help="Send to a running Wardline instead, re-dated: the first is now.")
@click.option("--speed", type=click.Choice(list(SPEEDS)), default="max", show_default=True)
@click.option("--batch", type=click.IntRange(1, 50_000), default=10_000, show_default=True)
@json_option
def replay(  # noqa: PLR0913, PLR0917 - one parameter per option
    paths: tuple[str, ...],
    file_format: str,
    url: str | None,
    into: str | None,
    speed: str,
    batch: int,
    as_json: bool,  # noqa: FBT001 - click passes flags so
) -> None:
    """Run recordings through the engine: files, folders, or stores.

    \b
    Examples: wardline replay recordings/ --store sqlite:///ward.db
              wardline replay bidmc_01_Numerics.csv --into http://127.0.0.1:8501 --speed 1
    """  # noqa: D301 - \b tells click to keep the line breaks
    if url and into:
        raise click.UsageError("--store and --into exclude each other")
    from wardline.cli.recordings import Material  # noqa: PLC0415 - loads machine code
    from wardline.pipeline.recovery import warm_up  # noqa: PLC0415 - as above

    material = Material(paths, file_format, batch)
    if not into:
        warm_up()
    started = time.perf_counter(), time.process_time()
    with stop_on_signals() as stopping, ProgressLine("replay") as progress:
        if into:
            answer = _send(material, into, SPEEDS[speed], stopping, progress)
        else:
            answer = _store(material, url, SPEEDS[speed], stopping, progress)
    answer.setdefault("wall_s", round(time.perf_counter() - started[0], 3))
    answer.setdefault("cpu_s", round(time.process_time() - started[1], 3))
    answer["readings_per_s"] = round(answer["readings"] / max(answer["wall_s"], 1e-3), 1)
    _report(answer, as_json=as_json)
    if stopping.is_set():
        say("stopped: what was taken is in place, and running it again adds the rest")
        sys.exit(INTERRUPTED)


def _store(
    material: Any, url: str | None, speed: float | None, stopping: Event, progress: ProgressLine
) -> dict[str, Any]:
    from wardline.assembly import MEMORY_URL, WriterLock, open_store  # noqa: PLC0415 - loads machine code
    from wardline.cli.replaying import replay_into_store  # noqa: PLC0415 - as above

    if url and material.is_also(url):
        raise CommandError(f"{url} cannot be replayed into itself")
    store = open_store(url or MEMORY_URL, writes=True)
    lock = WriterLock(url or MEMORY_URL)
    try:
        return replay_into_store(material, store, speed, stopping, progress)
    finally:
        store.close()
        lock.release()


def _send(
    material: Any, into: str, speed: float | None, stopping: Event, progress: ProgressLine
) -> dict[str, Any]:
    from wardline.cli.replaying import replay_into_wardline  # noqa: PLC0415 - loads machine code

    return replay_into_wardline(material, into, speed, stopping, progress)


def _report(answer: dict[str, Any], *, as_json: bool) -> None:
    for name, value in answer.items():
        if value is not None:
            click.echo(f"{name:16} {value}", err=as_json)
    if as_json:
        print_json(answer)
