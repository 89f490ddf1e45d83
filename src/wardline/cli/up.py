"""`wardline up`: simulated ward, engine, store, API and console in one process."""

import logging
import sys
import time
import webbrowser
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import click

from wardline.cli.failures import CommandError
from wardline.cli.options import DURATION, MOMENT, is_terminal, say
from wardline.cli.stopping import INTERRUPTED, stop_on_signals
from wardline.config import allowed_hosts, data_dir, prepare_machine_code_cache, token
from wardline.observability import start_logging

logger = logging.getLogger(__name__)

STORE_FILE = "wardline.db"
TOPIC_STORE_FILE = "wardline-topic.db"
READY_WAIT_MAX_S = 120.0
ENGINE_STOP_MAX_S = 7.0


@dataclass(frozen=True, slots=True)
class Simulated:
    """What the simulated ward is like; times in ms."""

    patients: int
    seed: int
    start_ms: int | None
    history_ms: int
    flag_anomalies: bool


@click.command()
@click.option("--store", "url", help="Default: a file in the user's data folder.")
@click.option("--source", help="Readings of a topic instead of a simulated ward: kafka://...")
@click.option("--host", "address", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True)
@click.option("--patients", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--seed", type=int, default=42, show_default=True)
@click.option("--start", type=MOMENT, help="When the simulated ward began.")
@click.option("--history", type=DURATION, default="2h", show_default=True)
@click.option("--flag-anomalies", is_flag=True, help="Simulated monitors say what is a fault.")
@click.option(
    "--retention", type=DURATION, envvar="WARDLINE_RETENTION",
    help="Delete what is older, such as 90d. Default: keep everything.",
)  # fmt: skip
@click.option("--no-simulator", is_flag=True, help="Only what others send.")
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
def up(**options: Any) -> None:
    """Everything in one process, until Ctrl-C.

    \b
    Example: wardline up --patients 12
    """  # noqa: D301 - \b tells click to keep the line breaks
    if options["source"] and not options["source"].startswith("kafka://"):
        raise CommandError(f"{options['source']}: sources are topics: kafka://HOST:PORT/TOPIC")
    start_logging()
    url = options["url"] or f"sqlite:///{data_dir() / _store_file(options)}"
    simulated = None if options["no_simulator"] else _simulated(options)
    with stop_on_signals() as stopping:
        _say_if_compiling()
        if options["source"]:
            is_well = _run_over_topic(url, options, stopping)
        else:
            is_well = _run(url, options, simulated, stopping)
    sys.exit(0 if is_well else 1)


def _store_file(options: dict[str, Any]) -> str:
    """A topic's patients belong to its partitions, so they have a file of their own."""
    return TOPIC_STORE_FILE if options["source"] else STORE_FILE


def _run_over_topic(url: str, options: dict[str, Any], stopping: Event) -> bool:
    from wardline.cli.up_over_topic import run_over_topic  # noqa: PLC0415 - loads machine code

    settings = _server_settings(options)
    return run_over_topic(options["source"], url, settings, options["retention"], stopping)


def _server_settings(options: dict[str, Any]) -> Any:
    """Of a server that could be started now; else it is said before anything else is begun."""
    from wardline.server.run import listening_socket  # noqa: PLC0415 - loads machine code
    from wardline.server.settings import ServerSettings  # noqa: PLC0415 - as above

    settings = ServerSettings(options["address"], options["port"], token(), allowed_hosts())
    listening_socket(settings).close()
    return settings


def _simulated(options: dict[str, Any]) -> Simulated:
    history_ms = int(options["history"] * 1000)
    return Simulated(
        options["patients"], options["seed"], options["start"], history_ms,
        options["flag_anomalies"],
    )  # fmt: skip


def _run(url: str, options: dict[str, Any], simulated: Simulated | None, stopping: Event) -> bool:
    """Whether it ended because somebody asked for it."""
    from wardline.assembly import WriterLock, open_store, warm_up  # noqa: PLC0415 - loads machine code

    settings = _server_settings(options)
    lock = WriterLock(url)
    store = open_store(url, writes=True)
    try:
        warm_up()
        ward = _ward_with_history(store, simulated, stopping) if simulated else None
        if stopping.is_set():
            sys.exit(INTERRUPTED)
        with _running_host(store, options["retention"], stopping) as host:
            return _serve(host, settings, ward, stopping, browse=_wants_browser(options))
    finally:
        store.close()
        lock.release()


def _ward_with_history(store: Any, simulated: Simulated, stopping: Event) -> Any:
    from wardline.cli.simulated import (  # noqa: PLC0415 - loads machine code
        fill_history,
        missing_from,
        simulated_start,
    )
    from wardline.simulator.ward import Ward  # noqa: PLC0415 - as above

    now_ms = time.time_ns() // 1_000_000
    start_ms = simulated_start(store, simulated.start_ms, now_ms, simulated.history_ms)
    ward = Ward(
        simulated.patients, simulated.seed, start_ms, flag_anomalies=simulated.flag_anomalies
    )
    from_ms = missing_from(store, start_ms, now_ms, simulated.history_ms)
    fill_history(store, ward, from_ms, now_ms, stopping)
    return ward


@contextmanager
def _running_host(store: Any, retention_s: float | None, stopping: Event) -> Generator[Any]:
    """A host that is ready; its end is an orderly one."""
    from wardline.pipeline.host import EngineHost, HostLimits  # noqa: PLC0415 - loads machine code
    from wardline.pipeline.loop import LoopLimits  # noqa: PLC0415 - as above

    limits = HostLimits(loop=LoopLimits(retention_s=retention_s))
    host = EngineHost(store, limits=limits, died=stopping.set)
    host.start()
    try:
        yield host
    finally:
        if not host.stop(ENGINE_STOP_MAX_S):
            logger.error("the engine did not end in an orderly way; nothing acknowledged is lost")


def _serve(host: Any, settings: Any, ward: Any, stopping: Event, *, browse: bool) -> bool:
    from wardline.assembly import start_server  # noqa: PLC0415 - loads machine code
    from wardline.cli.simulated import LiveWard, missing_from  # noqa: PLC0415 - as above

    server = start_server(host, settings)
    try:
        _wait_until_ready(host, stopping)
        say(f"Wardline is ready at {server.url}  (Ctrl-C ends it)")
        if browse:
            with suppress(Exception):
                webbrowser.open(server.url)
        if ward is None:
            stopping.wait()
        else:
            LiveWard(ward, host, missing_from(host.store, ward.start_ms, 0, 0)).run(stopping)
    finally:
        server.stop()
    return not host.is_dead


def _wait_until_ready(host: Any, stopping: Event) -> None:
    """The server says why it is not ready meanwhile; a store in trouble may get well again."""
    give_up_s = time.monotonic() + READY_WAIT_MAX_S
    while host.problems() and not stopping.is_set() and time.monotonic() < give_up_s:
        stopping.wait(0.02)


def _wants_browser(options: dict[str, Any]) -> bool:
    return is_terminal() and not options["no_browser"]


def _say_if_compiling() -> None:
    folder = prepare_machine_code_cache()
    if not any(Path(folder).rglob("*.nbc")):
        say("compiling the engine for this machine, once: about a minute")
