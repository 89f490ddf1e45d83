"""Who reads a topic just now, and how far a group is."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from wardline.pipeline.partitions import LogUnavailableError
from wardline.sources.kafka.administrator import ANSWER_S, MARGIN_S
from wardline.sources.kafka.client_settings import NO_SECURITY, KafkaSecurity, client_settings
from wardline.sources.kafka.driver import (
    Consumer,
    KafkaError,
    KafkaException,
    TopicPartition,
    admin_module,
)
from wardline.sources.kafka.troubles import Troubles

_NOBODY = {KafkaError.GROUP_ID_NOT_FOUND}


@lru_cache(maxsize=8)
def _client(brokers: Sequence[str], security: KafkaSecurity) -> Any:
    """One for all questions, never given back."""
    return admin_module.AdminClient(client_settings(brokers, security, "groups"))


def member_count(brokers: Sequence[str], group: str, security: KafkaSecurity = NO_SECURITY) -> int:
    """How many members a group of readers has now. Raises LogUnavailableError."""
    client = _client(tuple(brokers), security)
    asked = client.describe_consumer_groups([group], request_timeout=ANSWER_S)
    try:
        return len(asked[group].result(ANSWER_S + MARGIN_S).members)
    except KafkaException as problem:
        if problem.args[0].code() in _NOBODY:
            return 0
        raise LogUnavailableError(Troubles(brokers).plain(problem.args[0])) from None
    except TimeoutError:
        raise LogUnavailableError(f"no answer from {', '.join(brokers)}") from None


def committed_offsets(
    brokers: Sequence[str],
    group: str,
    topic: str,
    partitions: Sequence[int],
    security: KafkaSecurity = NO_SECURITY,
) -> dict[int, int]:
    """Next offsets of a group; partitions it never said anything of are absent.

    Raises LogUnavailableError.
    """
    settings = client_settings(brokers, security, "groups")
    client = Consumer({**settings, "group.id": group, "enable.auto.commit": False})
    places = [TopicPartition(topic, number) for number in partitions]
    try:
        told = client.committed(places, timeout=ANSWER_S)
    except KafkaException as problem:
        raise LogUnavailableError(Troubles(brokers).plain(problem.args[0])) from None
    finally:
        client.close()
    return {place.partition: place.offset for place in told if place.offset >= 0}
