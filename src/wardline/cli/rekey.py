"""`wardline rekey`: a topic copied into another one, keyed by patient."""

from typing import Any

import click

from wardline.cli.failures import CommandError
from wardline.cli.options import json_option, print_json, say
from wardline.cli.stopping import stop_on_signals
from wardline.observability import start_logging

GROUP = "wardline-rekey"
CLOSE_S = 10.0


@click.command()
@click.option("--source", required=True, help="What is read: kafka://HOST:PORT/TOPIC[?group=NAME]")
@click.option("--to", required=True, help="Where it goes: kafka://HOST:PORT/OTHER-TOPIC")
@click.option("--drain", is_flag=True, help="Stop when what was there at the start is copied.")
@json_option
def rekey(source: str, to: str, *, drain: bool, as_json: bool) -> None:
    """Copy a topic whose messages are not keyed by patient into one whose are.

    Packed readings become one message each. Every message comes at least once.

    \b
    Example: wardline rekey --source kafka://127.0.0.1:9092/bedside \\
             --to kafka://127.0.0.1:9092/patient-vitals
    """  # noqa: D301 - \b tells click to keep the line breaks
    start_logging()
    copied = _copy(source, to, drain=drain)
    say(
        f"{copied.read:,} messages read, {copied.written:,} written, {copied.unkeyed:,} of them "
        "without a patient"
    )
    if as_json:
        print_json(
            {"read": copied.read, "written": copied.written, "unkeyed": copied.unkeyed,
             "too_large": copied.too_large}
        )  # fmt: skip


def _copy(source: str, to: str, *, drain: bool) -> Any:
    try:
        from wardline.kafka_assembly import (  # noqa: PLC0415 - an extra
            partition_count,
            rekeyer,
        )
    except ImportError as problem:
        raise CommandError(str(problem)) from None
    copier, reader, publisher = rekeyer(source, to, GROUP)
    partition_count(to)
    offsets = reader.end_offsets(range(reader.partition_count()))
    # What is not kept any more cannot be copied.
    ends = {number: end for number, (oldest, end) in offsets.items() if end > oldest}
    try:
        with stop_on_signals() as stopping:
            copier.run(stopping, ends if drain else None)
    finally:
        publisher.close(CLOSE_S)
    return copier.copied
