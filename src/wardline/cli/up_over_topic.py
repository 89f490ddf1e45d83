"""`wardline up --source kafka://...`: worker, store, API and console over a topic at once."""

import logging
import threading
from threading import Event
from typing import Any

from wardline.cli.failures import CommandError
from wardline.cli.options import say

logger = logging.getLogger(__name__)

STOP_MAX_S = 15.0


def run_over_topic(
    source: str, url: str, settings: Any, retention_s: float | None, stopping: Event
) -> bool:
    """Whether it ended because somebody asked for it."""
    from wardline.assembly import WriterLock, start_server, warm_up  # noqa: PLC0415 - machine code

    try:
        from wardline.kafka_assembly import ward_over_topic  # noqa: PLC0415 - an extra
    except ImportError as problem:
        raise CommandError(str(problem)) from None
    lock = WriterLock(url)
    try:
        warm_up()
        worker, ward = ward_over_topic(source, url, retention_s)
        failures: list[Exception] = []
        thread = threading.Thread(target=_work, args=(worker, stopping, failures))
        thread.start()
        ward.start()
        try:
            server = start_server(ward, settings)
            say(f"Wardline is ready at {server.url}  (Ctrl-C ends it)")
            stopping.wait()
            server.stop()
        finally:
            stopping.set()
            thread.join(STOP_MAX_S)
            ward.stop()
            worker.close_store()
    finally:
        lock.release()
    if failures:
        raise failures[0]
    return not ward.is_dead


def _work(worker: Any, stopping: Event, failures: list[Exception]) -> None:
    """A worker that cannot go on ends everything."""
    try:
        worker.run(stopping)
    except Exception as problem:  # noqa: BLE001 - shown by whoever waits
        failures.append(problem)
        stopping.set()
