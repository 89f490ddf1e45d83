"""`wardline topics`: the topics that Wardline reads and writes."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from wardline.cli.failures import CommandError
from wardline.cli.options import json_option, print_json, say
from wardline.config import kafka_security

if TYPE_CHECKING:
    from wardline.sources.kafka.topics import Made


class PartitionCount(click.ParamType[tuple[str, int]]):
    """`TOPIC=N`; (topic, N)."""

    name = "topic=n"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Whether there is such a topic is not checked here."""
        topic, _, count = value.partition("=")
        if not topic or not count.isascii() or not count.isdigit() or int(count) < 1:
            self.fail(f"{value!r} is not TOPIC=N, such as patient-vitals=6", param, ctx)
        return topic, int(count)


@click.group()
def topics() -> None:
    """The topics of Kafka that Wardline reads and writes.

    Example: wardline topics create --brokers localhost:9092
    """


@topics.command()
@click.option(
    "--brokers",
    required=True,
    envvar="KAFKA_BOOTSTRAP_SERVERS",
    metavar="HOST:PORT[,HOST:PORT]",
    help="Where Kafka is; also KAFKA_BOOTSTRAP_SERVERS.",
)
@click.option(
    "--replication",
    type=click.IntRange(min=1, max=32767),
    default=1,
    show_default=True,
    help="How many brokers keep every message.",
)
@click.option(
    "--partitions",
    "counts",
    type=PartitionCount(),
    multiple=True,
    metavar="TOPIC=N",
    help="Another count for a topic; may be repeated.",
)
@json_option
def create(
    brokers: str,
    replication: int,
    counts: tuple[tuple[str, int], ...],
    as_json: bool,  # noqa: FBT001 - click passes flags so
) -> None:
    """Make the topics that are missing; what exists is left as it is, and described.

    \b
    Example: wardline topics create --brokers localhost:9092 --partitions patient-vitals=6
    """  # noqa: D301 - \b tells click to keep the line breaks
    made = _create(brokers, replication, dict(counts))
    width = max(len(name) for name, _, _ in made)
    for name, count, state in made:
        say(f"{name:{width}}  {count:3} partition{'s' if count != 1 else ' '}  {state}")
    if as_json:
        print_json({"topics": [dict(zip(_COLUMNS, row, strict=True)) for row in made]})


_COLUMNS = ("topic", "partitions", "state")


def _create(brokers: str, replication: int, counts: dict[str, int]) -> "list[Made]":
    settings = kafka_security()
    try:
        from wardline.pipeline.partitions import (  # noqa: PLC0415 - loads numpy
            LogUnavailableError,
        )
        from wardline.sources.kafka.client_settings import (  # noqa: PLC0415 - needs the extra
            KafkaSecurity,
        )
        from wardline.sources.kafka.topics import create_topics  # noqa: PLC0415 - as above
        from wardline.sources.kafka.urls import broker_list  # noqa: PLC0415 - as above
    except ImportError as problem:
        raise CommandError(str(problem)) from None
    try:
        security = KafkaSecurity(**asdict(settings))
        return create_topics(broker_list(brokers), security, replication, counts)
    except (ValueError, LogUnavailableError) as problem:
        raise CommandError(str(problem)) from None
