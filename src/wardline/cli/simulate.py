"""`wardline simulate`: producers of simulated readings, each message sent when it is due."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import click

from wardline.cli.failures import CommandError
from wardline.cli.options import DURATION, MOMENT, json_option, print_json, say
from wardline.cli.progress import ProgressLine
from wardline.cli.sending import ADMISSIONS_PATH, PATH, Sender
from wardline.cli.sending_kafka import PACKED, KafkaSender
from wardline.cli.stopping import stop_on_signals
from wardline.config import token

PROFILES = ("vitals", "admissions", "iot", "monitor")
LOOK_EVERY_S = 0.2
STEP_MS = 10_000
"""Messages of so many milliseconds are made at once."""

Send = Callable[[Sequence[bytes]], None]
Stretch = tuple[int, list[bytes]]
"""(the time up to which these are all messages, the messages)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be sent; times in ms, None = without end."""

    patients: int
    rate_hz: float | None
    seed: int
    start_ms: int
    stop_ms: int | None
    count: int | None
    profile: str
    flag_anomalies: bool


@click.command()
@click.option(
    "--to", required=True, help="A running Wardline, kafka://HOST:PORT/TOPIC, or - for stdout."
)
@click.option("--patients", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--rate", type=float, help="Messages a second: a patient's; admissions: all.")
@click.option("--seed", type=int, default=42, show_default=True)
@click.option("--start", type=MOMENT, help="Default: now. What lies in the past is sent at once.")
@click.option("--duration", type=DURATION, help="Stop after so much simulated time.")
@click.option("--count", type=click.IntRange(1), help="Stop after so many messages.")
@click.option("--profile", type=click.Choice(PROFILES), default="vitals", show_default=True)
@click.option("--flag-anomalies", is_flag=True, help="Producers say what is a fault.")
@click.option(
    "--packed",
    type=click.Choice(PACKED),
    default="no",
    show_default=True,
    help="Many readings in one message of a topic: JSON Lines, or Arrow.",
)
@click.option("--with-beds", is_flag=True, help="First tell a topic who lies in which bed.")
@click.option(
    "--truth", type=click.Path(dir_okay=False, path_type=Path), help="Faults and courses."
)
@json_option
def simulate(as_json: bool, to: str, truth: Path | None, **options: Any) -> None:  # noqa: FBT001 - click passes flags so
    """Send simulated readings until stopped, or for a while.

    \b
    Example: wardline simulate --to http://127.0.0.1:8501 --patients 5 --duration 10m
    """  # noqa: D301 - \b tells click to keep the line breaks
    if options["duration"] is not None and options["count"] is not None:
        raise click.UsageError("--duration and --count exclude each other")
    plan = _plan(options)
    if truth is not None and plan.profile == "admissions":
        raise click.UsageError(
            "admission records have no faults or courses: --truth has no content"
        )
    started_s = time.monotonic()
    with ExitStack() as closing, stop_on_signals() as stopping:
        send = _sending(to, plan.profile, options["packed"], closing)
        if options["with_beds"]:
            _send_beds(plan, to, closing)
        sent = _run(plan, send, stopping, truth)
    seconds = round(time.monotonic() - started_s, 3)
    say(f"{sent} messages in {seconds} s")
    if as_json:
        print_json({"messages": sent, "seconds": seconds})


def _plan(options: dict[str, Any]) -> Plan:
    start_ms = options["start"]
    if start_ms is None:
        start_ms = time.time_ns() // 1_000_000
    duration_s = options["duration"]
    return Plan(
        patients=options["patients"],
        rate_hz=options["rate"],
        seed=options["seed"],
        start_ms=start_ms,
        stop_ms=None if duration_s is None else start_ms + int(duration_s * 1000),
        count=options["count"],
        profile=options["profile"],
        flag_anomalies=options["flag_anomalies"],
    )


def _sending(to: str, profile: str, packed: str, closing: ExitStack) -> Send:
    if to == "-":
        return _print
    if to.startswith("kafka://"):
        sender = KafkaSender(to, packed)
        closing.callback(sender.close)
        return sender.send_messages
    if packed != "no":
        raise CommandError("only topics take packed messages: --to kafka://HOST:PORT/TOPIC")
    path = ADMISSIONS_PATH if profile == "admissions" else PATH
    sender = Sender(to, token(), path=path)
    closing.callback(sender.close)
    return sender.send_messages


def _send_beds(plan: Plan, to: str, closing: ExitStack) -> None:
    """Not counted among the messages; workers pass over what they know already."""
    if not to.startswith("kafka://"):
        raise CommandError("beds are told to topics only: --to kafka://HOST:PORT/TOPIC")
    from wardline.codecs.topic_messages import command_message  # noqa: PLC0415 - loads numpy
    from wardline.simulator.ward import Ward  # noqa: PLC0415 - as above

    sender = KafkaSender(to, "no")
    closing.callback(sender.close)
    ward = Ward(plan.patients, plan.seed, plan.start_ms)
    sender.send_messages([command_message(admission) for admission in ward.roster()])


def _print(messages: Sequence[bytes]) -> None:
    sys.stdout.write("".join(message.decode() + "\n" for message in messages))
    sys.stdout.flush()


def _run(plan: Plan, send: Send, stopping: Event, truth: Path | None) -> int:
    """How many messages were sent."""
    from wardline.simulator.ward import Ward  # noqa: PLC0415 - loads numpy

    ward: Ward | None = None
    try:
        if plan.profile == "admissions":
            stretches = _admissions(plan)
        else:
            ward = Ward(
                plan.patients, plan.seed, plan.start_ms, plan.rate_hz or 1.0,
                flag_anomalies=plan.flag_anomalies, profile=plan.profile,
            )  # fmt: skip
            stretches = _readings(plan, ward)
        sent, reached_ms = _send_all(plan, stretches, send, stopping)
    except ValueError as problem:
        raise CommandError(str(problem)) from None
    if truth is not None and ward is not None:
        _write_truth(truth, ward.truth(plan.start_ms, reached_ms))
    return sent


def _send_all(
    plan: Plan, stretches: Iterator[Stretch], send: Send, stopping: Event
) -> tuple[int, int]:
    """(messages sent, the time up to which everything was sent)."""
    sent, reached_ms = 0, plan.start_ms
    with ProgressLine("simulate") as progress:
        for until_ms, messages in stretches:
            some = messages if plan.count is None else messages[: plan.count - sent]
            send(some)
            sent += len(some)
            reached_ms = until_ms
            progress.update(_share(plan, sent, until_ms), f"{sent:,} messages")
            if stopping.is_set() or sent == plan.count:
                break
            stopping.wait(max(0.0, min((until_ms - _now_ms()) / 1000, LOOK_EVERY_S)))
    return sent, reached_ms


def _readings(plan: Plan, ward: Any) -> Iterator[Stretch]:
    """Everything that is due by now, again and again."""
    from wardline.simulator.messages import messages  # noqa: PLC0415 - loads numpy

    reached_ms = plan.start_ms
    while plan.stop_ms is None or reached_ms < plan.stop_ms:
        until_ms = min(_now_ms() + 1, reached_ms + STEP_MS, plan.stop_ms or sys.maxsize)
        until_ms = max(until_ms, reached_ms)
        batch = ward.readings(reached_ms, until_ms)
        yield until_ms, messages(batch, ward.profile)
        reached_ms = until_ms


def _admissions(plan: Plan) -> Iterator[Stretch]:
    from wardline.simulator.admissions import (  # noqa: PLC0415 - loads numpy
        EVERY_S,
        Admissions,
        admission_message,
    )

    stream = Admissions(plan.seed, plan.start_ms, 1 / plan.rate_hz if plan.rate_hz else EVERY_S)
    number = 0
    while plan.stop_ms is None or stream.at_ms(number) < plan.stop_ms:
        due: list[bytes] = []
        until_ms = min(_now_ms() + 1, plan.stop_ms or sys.maxsize)
        while stream.at_ms(number) < until_ms and len(due) < STEP_MS:
            due.append(admission_message(stream.record(number)))
            number += 1
        yield stream.at_ms(number), due


def _share(plan: Plan, sent: int, reached_ms: int) -> float:
    if plan.count is not None:
        return sent / plan.count
    if plan.stop_ms is None:
        return 0.0
    return (reached_ms - plan.start_ms) / max(plan.stop_ms - plan.start_ms, 1)


def _write_truth(file: Path, periods: Sequence[Any]) -> None:
    """The table truth, as CSV or, for .jsonl, as JSON Lines."""
    from wardline.codecs.tables import (  # noqa: PLC0415 - loads numpy
        canonical_csv,
        canonical_json,
        canonical_rows,
    )
    from wardline.model.tables import TABLES  # noqa: PLC0415 - as above

    rows = [(p.patient_id, p.start, p.end, p.kind, p.name, p.vital) for p in periods]
    table = TABLES["truth"]
    write = canonical_json if file.suffix == ".jsonl" else canonical_csv
    file.write_text("".join(write(table, [canonical_rows(table, rows)])), encoding="utf-8")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
