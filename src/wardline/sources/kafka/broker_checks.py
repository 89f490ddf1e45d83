"""What can be said about brokers before readers depend on them."""

from collections.abc import Iterator, Mapping, Sequence

from wardline.sources.kafka.administrator import Administrator
from wardline.sources.kafka.client_settings import NO_SECURITY, KafkaSecurity
from wardline.sources.kafka.driver import KafkaException
from wardline.sources.kafka.membership import SESSION_MS
from wardline.sources.kafka.topics import TOPICS, Topic, differences
from wardline.sources.kafka.troubles import Troubles

Check = tuple[str, bool, str]
"""(what was looked at, is it well, what was found and what to do about it)."""

TAKEN_OVER_MS = 10_000
"""Partitions of a member that was killed should be served again after this."""
HANDING_OVER_MS = 2_000
"""Of that, for the next heartbeats of the others."""

_PROTOCOLS = "group.coordinator.rebalance.protocols"
_SESSION = "group.consumer.session.timeout.ms"
_SESSION_MIN = "group.consumer.min.session.timeout.ms"
_CLASSIC_MIN = "group.min.session.timeout.ms"
_OLD_VERSION = "inter.broker.protocol.version"


def broker_checks(
    brokers: Sequence[str], security: KafkaSecurity = NO_SECURITY, topics: Sequence[str] = ()
) -> list[Check]:
    """Look at brokers and at topics, by default at all of Wardline. May take half a minute.

    What the brokers do is in the answer. Raises ValueError for settings that the driver refuses.
    """
    client = Administrator(brokers, security, "doctor")
    try:
        numbers, there = client.broker_ids(), client.topics()
    except KafkaException as problem:
        return [("brokers", False, Troubles(brokers).plain(problem.args[0]))]
    settings = _told(client, numbers)
    count = f"{len(numbers)} broker{'s' if len(numbers) != 1 else ''}"
    found = [("brokers", True, f"{', '.join(brokers)}: {count}, {_version(settings)}")]
    if settings:
        found += [_group_protocol(settings), _taking_over(settings)]
    names = topics or tuple(TOPICS)
    return [*found, *(_topic(client, name, there) for name in names)]


def _told(client: Administrator, numbers: Sequence[int]) -> list[dict[str, str]]:
    """Settings of every broker that tells them to this user."""
    return list(filter(None, _each_told(client, numbers)))


def _each_told(client: Administrator, numbers: Sequence[int]) -> Iterator[dict[str, str]]:
    for number in numbers:
        try:
            yield client.broker_settings(number)
        except (KafkaException, TimeoutError):
            yield {}


def _version(settings: Sequence[Mapping[str, str]]) -> str:
    if not settings:
        return "which do not tell this user their settings"
    oldest = [said[_OLD_VERSION] for said in settings if _OLD_VERSION in said]
    return f"Kafka {oldest[0]}" if oldest else "Kafka 4.0 or newer"


def _has_newer_protocol(settings: Sequence[Mapping[str, str]]) -> bool:
    return all("consumer" in said.get(_PROTOCOLS, "").split(",") for said in settings)


def _group_protocol(settings: Sequence[Mapping[str, str]]) -> Check:
    if _has_newer_protocol(settings):
        return "group protocol", True, "the newer one (KIP-848)"
    return "group protocol", True, "only the older one; it does, with short pauses for everybody"


def _taking_over(settings: Sequence[Mapping[str, str]]) -> Check:
    if not _has_newer_protocol(settings):
        return _taking_over_classic(settings)
    name = "a member that dies"
    session_ms = max(int(said.get(_SESSION, 0)) for said in settings)
    if session_ms + HANDING_OVER_MS <= TAKEN_OVER_MS:
        return name, True, f"its partitions are taken over after about {session_ms / 1000:g} s"
    return (
        name,
        False,
        (
            f"its partitions are taken over after {session_ms / 1000:g} s; "
            f"set {_SESSION_MIN}={SESSION_MS} and {_SESSION}={SESSION_MS} on the brokers"
        ),
    )


def _taking_over_classic(settings: Sequence[Mapping[str, str]]) -> Check:
    name = "a member that dies"
    least_ms = max(int(said.get(_CLASSIC_MIN, 0)) for said in settings)
    if least_ms <= SESSION_MS:
        return name, True, f"its partitions are taken over after about {SESSION_MS / 1000:g} s"
    return (
        name,
        False,
        (
            f"members cannot join: the brokers allow no session below {least_ms} ms; "
            f"set {_CLASSIC_MIN}={SESSION_MS} on them"
        ),
    )


def _topic(client: Administrator, name: str, there: Mapping[str, int]) -> Check:
    label = f"topic {name}"
    count = there.get(name)
    if count is None:
        return label, False, "not there; make it with: wardline topics create"
    wanted = TOPICS.get(name, Topic(1, has_append_time=True))
    try:
        settings = client.topic_settings(name)
    except (KafkaException, TimeoutError):
        return label, True, f"{count} partitions; it does not tell this user its settings"
    # More partitions than usual are somebody's choice.
    differs = differences(wanted, max(wanted.partitions, count), count, settings)
    return label, not differs, "; ".join(differs) or f"{count} partitions"
