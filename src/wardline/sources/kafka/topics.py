"""The topics of Wardline: what each must be like, making those that are missing."""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from wardline.pipeline.partitions import LogUnavailableError
from wardline.sources.kafka.administrator import Administrator
from wardline.sources.kafka.client_settings import NO_SECURITY, KafkaSecurity
from wardline.sources.kafka.driver import KafkaError, KafkaException
from wardline.sources.kafka.troubles import Troubles

HOUR_MS = 3_600_000
FOREVER_MS = -1
KNOWN_S, LOOK_S = 5.0, 0.05
"""How long topics that were made may stay unknown to a broker, and how often it is asked."""
SAFE_REPLICATION = 3
"""From here on a message counts as written once two brokers have it."""

_TIMESTAMPS = "message.timestamp.type"
_APPEND_TIME = "LogAppendTime"
_RETENTION = "retention.ms"


@dataclass(frozen=True, slots=True)
class Topic:
    """How a topic is made. retention_ms None: as long as the brokers keep messages.

    has_append_time: messages carry the time at which the broker got them, so that readers know
    how old they are, and so that a recording of years ago is not deleted at once.
    """

    partitions: int
    has_append_time: bool = False
    retention_ms: int | None = None

    def settings(self, replication: int) -> dict[str, str]:
        """As Kafka names them."""
        said: dict[str, str] = {}
        if self.has_append_time:
            said[_TIMESTAMPS] = _APPEND_TIME
        if self.retention_ms is not None:
            said[_RETENTION] = str(self.retention_ms)
        if self.retention_ms == HOUR_MS:
            # Only whole files are deleted, and only closed ones.
            said["segment.ms"] = str(HOUR_MS // 6)
        if replication >= SAFE_REPLICATION:
            said["min.insync.replicas"] = "2"
        return said


INPUT = Topic(3, has_append_time=True)
TOPICS = {
    "patient-vitals": INPUT,
    "patient_records": INPUT,
    "vitals": INPUT,
    "patient-data": INPUT,
    # Times of these are those of the readings: with a retention, old ones would be deleted at once.
    "patient-alerts": Topic(1, retention_ms=FOREVER_MS),
    "wardline-windows": Topic(3, retention_ms=FOREVER_MS),
    "wardline-dead-letters": Topic(1, retention_ms=FOREVER_MS),
    # Pictures that the next one replaces.
    "wardline-live": Topic(1, has_append_time=True, retention_ms=HOUR_MS),
}

Made = tuple[str, int, str]
"""(topic, its partitions, `created`, `exists`, or in what it differs)."""


def create_topics(
    brokers: Sequence[str],
    security: KafkaSecurity = NO_SECURITY,
    replication: int = 1,
    partitions: Mapping[str, int] | None = None,
) -> list[Made]:
    """Make the topics that are missing; those that exist are left as they are, and described.

    `partitions`: other counts than usual, by topic. Raises LogUnavailableError, and ValueError in
    plain words for what can never be.
    """
    counts = partitions or {}
    unknown = sorted(counts.keys() - TOPICS.keys())
    if unknown:
        raise ValueError(f"{unknown[0]} is no topic of Wardline; there are {', '.join(TOPICS)}")
    client = Administrator(brokers, security, "topics")
    try:
        client.broker_ids()  # where nobody is, that is said sooner than by asking for a topic
        made = [
            _made(client, name, topic, counts.get(name, topic.partitions), replication)
            for name, topic in TOPICS.items()
        ]
        _wait_until_known(client)
    except KafkaException as problem:
        error: KafkaError = problem.args[0]
        if error.name() in {"INVALID_REPLICATION_FACTOR", "INVALID_PARTITIONS"}:
            raise ValueError(error.str()) from None
        raise LogUnavailableError(Troubles(brokers).plain(error)) from None
    except TimeoutError:
        raise LogUnavailableError(f"no answer from {', '.join(brokers)}") from None
    return made


def _wait_until_known(client: Administrator) -> None:
    """A topic is made before every broker has heard of it; the one that is asked should have."""
    give_up_s = time.monotonic() + KNOWN_S
    with suppress(KafkaException):
        while not client.topics().keys() >= TOPICS.keys() and time.monotonic() < give_up_s:
            time.sleep(LOOK_S)


def _made(
    client: Administrator, name: str, topic: Topic, partitions: int, replication: int
) -> Made:
    try:
        client.create_topic(name, partitions, replication, topic.settings(replication))
    except KafkaException as problem:
        if problem.args[0].name() != "TOPIC_ALREADY_EXISTS":
            raise
    else:
        return name, partitions, "created"
    there, settings = client.partition_count(name), client.topic_settings(name)
    differs = differences(topic, partitions, there, settings)
    return name, there, "; ".join(differs) or "exists"


def differences(
    topic: Topic, partitions: int, there: int, settings: Mapping[str, str]
) -> list[str]:
    """In what an existing topic differs from what it should be like, in plain words."""
    found: Iterable[tuple[bool, str]] = (
        (there != partitions, f"has {there} partitions, not {partitions}"),
        (
            has_append_time(settings) != topic.has_append_time,
            f"{_TIMESTAMPS} is {settings.get(_TIMESTAMPS)}"
            + (f", not {_APPEND_TIME}" if topic.has_append_time else ""),
        ),
        (
            topic.retention_ms not in {None, retention_ms(settings)},
            f"{_RETENTION} is {settings.get(_RETENTION)}, not {topic.retention_ms}",
        ),
    )
    return [text for is_so, text in found if is_so]


def has_append_time(settings: Mapping[str, str]) -> bool:
    """Whether messages carry the time at which the broker got them."""
    return settings.get(_TIMESTAMPS) == _APPEND_TIME


def retention_ms(settings: Mapping[str, str]) -> int:
    """How long messages are kept at least, by their time; FOREVER_MS: always."""
    return int(settings.get(_RETENTION, FOREVER_MS))
