"""`wardline worker`: partitions of a topic through engines into a store that workers share."""

import sys
import time
from threading import Event
from typing import Any

import click

from wardline.cli.failures import CommandError
from wardline.cli.options import DURATION, json_option, print_json, say
from wardline.cli.stopping import stop_on_signals
from wardline.config import token
from wardline.observability import start_logging


@click.command()
@click.option("--source", required=True, help="kafka://HOST:PORT/TOPIC[?group=NAME]")
@click.option("--store", required=True, help="postgresql://USER@HOST/DATABASE")
@click.option("--live", help="Topic for screens: kafka://HOST:PORT/wardline-live")
@click.option(
    "--findings", help="Where alarms, windows and dead letters are published: kafka://HOST:PORT/any"
)
@click.option(
    "--to", help="Where the stays of admissions are told: kafka://HOST:PORT/patient-vitals"
)
@click.option(
    "--records",
    type=click.Choice(("readings", "admissions")),
    help="What the topic holds. Default: readings; admissions in patient_records.",
)
@click.option("--drain", is_flag=True, help="Stop when what was there at the start is durable.")
@click.option(
    "--partitions-before",
    type=click.IntRange(min=1),
    metavar="N",
    help="With --drain: serve only the first N partitions, before `wardline shards move`.",
)
@click.option(
    "--clock", type=click.Choice(("event", "wall")),
    help="When readings arrive: at their own time, or when the broker had them. Default: wall; "
    "event with --drain alone.",
)  # fmt: skip
@click.option(
    "--retention",
    type=DURATION,
    envvar="WARDLINE_RETENTION",
    help="Delete what is older, such as 90d. Default: keep everything.",
)
@click.option("--snapshot-every", type=DURATION, default="30s", show_default=True)
@click.option("--metrics-port", type=click.IntRange(0, 65535), help="Serve /metrics and /healthz.")
@click.option("--metrics-host", default="127.0.0.1", show_default=True)
@json_option
def worker(as_json: bool, **options: Any) -> None:  # noqa: FBT001 - click passes flags so
    """Serve partitions of a topic until stopped. Start as many as there are partitions.

    \b
    Example: wardline worker --source kafka://127.0.0.1:9092/patient-vitals \\
             --store postgresql://wardline@127.0.0.1/wardline
    """  # noqa: D301 - \b tells click to keep the line breaks
    if not options["source"].startswith("kafka://"):
        raise CommandError(f"{options['source']}: a worker reads kafka://HOST:PORT/TOPIC")
    if options["partitions_before"] and not options["drain"]:
        raise click.UsageError("--partitions-before goes with --drain")
    start_logging()
    running = _open(options)
    started = time.perf_counter(), time.process_time()
    try:
        _run(running, options)
        if as_json:
            print_json(_account(running, started))
    finally:
        running.close_store()
    sys.exit(0)


def _run(running: Any, options: dict[str, Any]) -> None:
    """Until stopped, or drained."""
    with stop_on_signals() as stopping:
        pages = _pages(running, options)
        try:
            running.run(stopping)
        finally:
            if pages is not None:
                pages.stop()
        _say_what_was_done(running, stopping)


def _open(options: dict[str, Any]) -> Any:
    from wardline.assembly import warm_up  # noqa: PLC0415 - loads machine code

    try:
        from wardline.kafka_assembly import (  # noqa: PLC0415 - an extra
            RunningWorker,
            ShardLimits,
            WorkerPlan,
        )
    except ImportError as problem:
        raise CommandError(str(problem)) from None
    warm_up()
    is_recording = options["drain"] and not options["partitions_before"]
    clock = options["clock"] or ("event" if is_recording else "wall")
    plan = WorkerPlan(
        options["source"], options["store"], options["live"], options["findings"],
        options["to"], options["records"], clock,
        options["drain"],
        ShardLimits(snapshot_s=options["snapshot_every"], retention_s=options["retention"]),
        options["partitions_before"],
    )  # fmt: skip
    return RunningWorker(plan)


def _pages(running: Any, options: dict[str, Any]) -> Any:
    if options["metrics_port"] is None:
        return None
    from wardline.server.run import RunningServer  # noqa: PLC0415 - loads the server
    from wardline.server.settings import ServerSettings  # noqa: PLC0415 - as above
    from wardline.server.worker_pages import worker_pages  # noqa: PLC0415 - as above

    settings = ServerSettings(options["metrics_host"], options["metrics_port"], token())
    server = RunningServer(worker_pages(running.problems, running.figures), settings)
    say(f"metrics at {server.url}/metrics")
    return server


def _say_what_was_done(running: Any, stopping: Event) -> None:
    tally = running.tally
    ended = "stopped" if stopping.is_set() else "everything is durable"
    say(f"{ended}: {tally.readings:,} readings, {tally.accepted:,} accepted")


def _account(running: Any, started: tuple[float, float]) -> dict[str, Any]:
    """The fields of `--json`. What other workers found of the same patients is in it."""
    from wardline.pipeline.digest import findings_digest  # noqa: PLC0415 - loads numpy

    wall_s, cpu_s = time.perf_counter() - started[0], time.process_time() - started[1]
    digest = findings_digest(running.store, running.patients)
    tally = running.tally
    return {
        "rows": tally.rows,
        "ignored_rows": tally.ignored_rows,
        "readings": tally.readings,
        "accepted": tally.accepted,
        "duplicates": tally.duplicates,
        "rejected": tally.rejected,
        "rejected_values": tally.rejected_values,
        "late": tally.late_values,
        **digest.counts,
        "findings_sha256": digest.sha256,
        "wall_s": round(wall_s, 3),
        "cpu_s": round(cpu_s, 3),
        "readings_per_s": round(tally.readings / max(wall_s, 1e-9)),
        "partitions": running.host.partitions,
    }
