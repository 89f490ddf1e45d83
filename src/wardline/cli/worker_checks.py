"""What `wardline doctor` says of brokers, of a store that workers share, and of both together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from wardline.cli.checks import Check
from wardline.config import SettingsError, kafka_security

if TYPE_CHECKING:
    from wardline.sources.kafka.client_settings import KafkaSecurity
    from wardline.stores.relational.shard_states import ShardState, StoreState

LAG_MAX = 1_000
"""Messages that wait; the alerts of Prometheus say the same."""

COMMITS_WAITING_MAX = 1_000
"""Commits that are not published; a worker at work leaves one or two."""

OWNER_LENGTH_MAX = 60

Ends = Mapping[tuple[str, int], tuple[int, int]]
"""(topic, partition) -> (oldest offset kept, next to come)."""


def store_checks(state: "StoreState", dead_letters: int) -> list[Check]:
    """Version, shards with their owners, what waits to be published, what was refused."""
    return [
        Check("store's version", True, f"tables {state.version}, {state.server}"),
        *map(_shard, state.shards),
        *_outbox(state.shards),
        Check("dead letters", True, f"{dead_letters:,} records and values were refused"),
    ]


def _shard(shard: "ShardState") -> Check:
    owner = shard.owner[:OWNER_LENGTH_MAX] or "nobody"
    at = "nothing saved yet" if shard.position is None else f"saved up to {shard.position:,}"
    found = f"owner {owner}, epoch {shard.epoch}, {at}"
    return Check(f"shard {shard.topic}/{shard.partition}", True, found)


def _outbox(shards: Sequence["ShardState"]) -> Iterator[Check]:
    if shards:
        count = sum(shard.commits_waiting for shard in shards)
        found = f"{count:,} commits wait to be published"
        yield Check("outbox", count <= COMMITS_WAITING_MAX, found)


def lag_checks(shards: Sequence["ShardState"], ends: Ends) -> list[Check]:
    """How far the store is behind the topics. `ends`: of all partitions of the shards' topics."""
    positions = {(shard.topic, shard.partition): shard.position for shard in shards}
    return [_lag(place, positions.get(place), *ends[place]) for place in sorted(ends)]


def _lag(place: tuple[str, int], position: int | None, oldest: int, end: int) -> Check:
    name = f"lag of {place[0]}/{place[1]}"
    reached = oldest if position is None else position + 1
    if reached > end:
        text = f"the store is at {reached:,}, but the topic ends at {end:,}: it was made anew"
        return Check(name, False, text)
    if reached < oldest:
        return Check(
            name, False, f"messages {reached:,} to {oldest - 1:,} are gone and were never saved"
        )
    waiting = end - reached
    hint = "; look whether workers run" if waiting > LAG_MAX else ""
    return Check(name, waiting <= LAG_MAX, f"{waiting:,} of {end:,} messages wait{hint}")


# -- asking ----------------------------------------------------------------------------------------


def kafka_checks(brokers: str, shards: Sequence["ShardState"]) -> list[Check]:
    """Brokers and topics, then how far the store's shards are behind. Takes up to half a minute."""
    try:
        from wardline.sources.kafka.broker_checks import (  # noqa: PLC0415 - needs the extra
            broker_checks,
        )
        from wardline.sources.kafka.client_settings import KafkaSecurity  # noqa: PLC0415 - as above
        from wardline.sources.kafka.urls import broker_list  # noqa: PLC0415 - as above
    except ImportError as problem:
        return [Check("brokers", False, str(problem))]
    try:
        security = KafkaSecurity(**asdict(kafka_security()))
        names = broker_list(brokers)
        found = [Check(*check) for check in broker_checks(names, security)]
    except (SettingsError, ValueError) as problem:
        return [Check("brokers", False, str(problem))]
    return [*found, *_lags(names, security, shards)] if found[0].ok else found


def _lags(
    brokers: Sequence[str], security: "KafkaSecurity", shards: Sequence["ShardState"]
) -> list[Check]:
    from wardline.pipeline.partitions import LogUnavailableError  # noqa: PLC0415 - loads numpy

    found: list[Check] = []
    for topic in sorted({shard.topic for shard in shards}):
        own = [shard for shard in shards if shard.topic == topic]
        try:
            ends = _ends(brokers, security, topic)
        except LogUnavailableError as problem:
            found.append(Check(f"lag of {topic}", False, str(problem)))
            continue
        found += _counts(topic, own, len(ends)) + lag_checks(own, ends)
    return found


def _counts(topic: str, shards: Sequence["ShardState"], now: int) -> list[Check]:
    before = {shard.partitions for shard in shards}
    if before == {now}:
        return []
    text = f"{now} now, but patients were spread over {', '.join(map(str, sorted(before)))}"
    return [Check(f"partitions of {topic}", False, text)]


def _ends(brokers: Sequence[str], security: "KafkaSecurity", topic: str) -> Ends:
    """Raises LogUnavailableError."""
    from wardline.sources.kafka.consumer import KafkaSource  # noqa: PLC0415 - needs the extra

    source = KafkaSource(brokers, topic, "wardline-doctor", security)
    try:
        found = source.end_offsets(range(source.partition_count()))
        return {(topic, partition): span for partition, span in found.items()}
    finally:
        source.close()
