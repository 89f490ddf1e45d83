"""URLs of topics; no secret is ever part of one."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

FORM = "kafka://HOST:PORT[,HOST:PORT]/TOPIC[?group=NAME]"
TOPIC_MAX = 249
"""Kafka's own bound on the length of a topic's name."""
GROUP_MAX = 200

_TOPIC = re.compile(r"[a-zA-Z0-9._-]+\Z")
_BROKER = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+(%\w+)?\]|[a-zA-Z0-9._-]+):(?P<port>\d{1,5})\Z")


@dataclass(frozen=True, slots=True)
class KafkaAddress:
    """A topic and where its brokers are found. `group` None: the URL leaves it to the caller."""

    brokers: tuple[str, ...]
    topic: str
    group: str | None = None


def kafka_address(url: str) -> KafkaAddress:
    """What a URL says. Raises ValueError in plain words; a secret in it is refused, not quoted."""
    scheme, _, rest = url.partition("://")
    if scheme != "kafka" or not rest:
        raise ValueError(f"a Kafka URL is written {FORM}")
    place, _, query = rest.partition("?")
    brokers, _, topic = place.partition("/")
    return KafkaAddress(broker_list(brokers), _topic(unquote(topic)), _group(query))


def broker_list(text: str) -> tuple[str, ...]:
    """`HOST:PORT[,HOST:PORT]` as a tuple. Raises ValueError in plain words."""
    if "@" in text:
        raise ValueError(
            "user and password in a Kafka URL can be read by others on this machine: "
            "set WARDLINE_KAFKA_USER and WARDLINE_KAFKA_PASSWORD_FILE instead"
        )
    return tuple(_broker(name) for name in text.split(","))


def _broker(name: str) -> str:
    if not name:
        raise ValueError(f"the Kafka URL names no broker; write {FORM}")
    match = _BROKER.match(name)
    if match is None:
        raise ValueError(f"{name!r} is no broker; write HOST:PORT (IPv6: [::1]:9092)")
    if not 0 < int(match["port"]) < 1 << 16:
        raise ValueError(f"{name!r} is no broker: ports lie between 1 and 65535")
    return name


def _topic(name: str) -> str:
    if not name:
        raise ValueError(f"the Kafka URL names no topic; write {FORM}")
    if not _TOPIC.match(name) or name in {".", ".."} or len(name) > TOPIC_MAX:
        raise ValueError(
            f"{name[:TOPIC_MAX]!r} is no name of a topic: up to {TOPIC_MAX} letters, digits, "
            "dots, dashes and underscores"
        )
    return name


def _group(query: str) -> str | None:
    said = parse_qsl(query, keep_blank_values=True)
    unknown = [name for name, _ in said if name != "group"]
    if unknown:
        raise ValueError(f"a Kafka URL has no option {unknown[0]!r}; there is only group=NAME")
    if len(said) > 1:
        raise ValueError("the Kafka URL names more than one group")
    if not said:
        return None
    name = said[0][1]
    if not name or len(name) > GROUP_MAX or not name.isprintable():
        raise ValueError(f"a group's name has 1 to {GROUP_MAX} printable characters")
    return name
