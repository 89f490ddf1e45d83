"""`wardline shards`: patients spread anew over the partitions of a topic."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast

import click

from wardline.cli.failures import CommandError
from wardline.cli.options import json_option, print_json, say

if TYPE_CHECKING:
    from wardline.pipeline.moving import MovableStore, Spread

HASHES = ("murmur2", "crc32")


@click.group()
def shards() -> None:
    """Sets of patients, each served by one engine: one a partition of a topic.

    \b
    Example: wardline shards move --source kafka://127.0.0.1:9092/patient-vitals \\
             --store postgresql://wardline@127.0.0.1/wardline --dry-run
    """  # noqa: D301 - \b tells click to keep the line breaks


@shards.command()
@click.option("--source", required=True, help="The topic: kafka://HOST:PORT/TOPIC[?group=NAME]")
@click.option("--store", "url", required=True, help="The workers' store.")
@click.option(
    "--hash",
    "hash_name",
    type=click.Choice(HASHES),
    help="How senders choose partitions. Default: as they did until now.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would move.")
@json_option
def move(source: str, url: str, hash_name: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Give every patient the partition that its key has now, after partitions became more.

    Also for a store that `wardline up` filled, whose readings come by a topic from now on. All
    workers must be stopped, and have read everything.

    \b
    Example: wardline shards move --source kafka://127.0.0.1:9092/patient-vitals \\
             --store postgresql://wardline@127.0.0.1/wardline
    """  # noqa: D301 - \b tells click to keep the line breaks
    from wardline.assembly import WriterLock, open_store  # noqa: PLC0415 - loads machine code

    topic = _Topic(source)
    store = open_store(url, must_exist=True, writes=True)
    lock = WriterLock(url)
    try:
        answer = topic.move(cast("MovableStore", store), hash_name, is_dry=dry_run)
    finally:
        store.close()
        lock.release()
    say(_told(answer, is_dry=dry_run))
    if as_json:
        print_json(answer)


class _Topic:
    """The topic whose partitions became more."""

    def __init__(self, url: str):
        try:
            from wardline.kafka_assembly import (  # noqa: PLC0415 - an extra
                active_readers,
                reader_of,
            )
        except ImportError as problem:
            raise CommandError(str(problem)) from None
        self._source = reader_of(url)
        self._count = self._source.partition_count()
        self._active = active_readers(url)

    def move(self, store: "MovableStore", hash_name: str | None, *, is_dry: bool) -> dict[str, Any]:
        """Do it, or find out what would be done; what `--json` tells."""
        from wardline.pipeline.moving import (  # noqa: PLC0415 - loads machine code
            check_all_read,
            check_count,
            moved_shards,
        )

        now = store.spread_of(self._source.topic)
        check_count(self._source.topic, now, self._count)
        home = _home(now, hash_name, self._count)
        homes = {patient_id: home(patient_id) for patient_id in now.homes}
        answer = self._answer(now, homes)
        if not answer["moved"] and self._count == now.partitions:
            return answer
        if self._active:
            raise CommandError(f"{self._active} workers read this topic: stop them first")
        check_all_read(self._source, store, now.partitions)
        if not is_dry:
            moved_shards(store, self._source.topic, now, home, self._count)
        return answer

    def _answer(self, now: "Spread", homes: Mapping[str, int]) -> dict[str, Any]:
        moved = sum(home != now.homes[patient_id] for patient_id, home in homes.items())
        return {
            "topic": self._source.topic,
            "partitions_before": now.partitions,
            "partitions": self._count,
            "patients": len(homes),
            "moved": moved,
        }


def _home(now: "Spread", hash_name: str | None, count: int) -> Callable[[str], int]:
    """Patient -> partition."""
    from wardline.sources.kafka import keys  # noqa: PLC0415 - an extra

    hashes = {"murmur2": keys.partition_of, "crc32": keys.crc32_partition_of}
    chosen = hashes[hash_name or _hash_until_now(now, hashes)]
    return lambda patient_id: chosen(patient_id.encode(), count)


def _hash_until_now(now: "Spread", hashes: Mapping[str, Callable[[bytes, int], int]]) -> str:
    placed = {name.encode(): home for name, home in now.homes.items() if home is not None}
    for name, partition_of in hashes.items():
        if all(partition_of(key, now.partitions) == home for key, home in placed.items()):
            return name
    raise CommandError(
        "patients are neither where murmur2 nor where crc32 puts their ids: see that senders key "
        "messages by patient_id, and say with --hash how"
    )


def _told(answer: dict[str, Any], *, is_dry: bool) -> str:
    before = answer["partitions_before"]
    came = f"{before} partitions" if before else "one engine"
    verb = "would move" if is_dry else "moved"
    return (
        f"{answer['topic']}: from {came} to {answer['partitions']}, "
        f"{answer['moved']:,} of {answer['patients']:,} patients {verb}"
    )
