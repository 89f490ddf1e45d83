"""How a reader is a member of its group: by the newer protocol, or by the older one.

The newer one (KIP-848, brokers from 4.0) moves partitions without stopping the others. A broker
that does not know it ends the client with a fatal error as soon as it wants to join.
"""

from enum import Enum
from typing import Any

from wardline.sources.kafka.driver import KafkaError


class GroupProtocol(Enum):
    """AUTO: the newer one where the brokers have it, else the older one."""

    AUTO = "auto"
    CONSUMER = "consumer"
    CLASSIC = "classic"


POLL_INTERVAL_MAX_MS = 300_000
"""Who does not poll for so long loses the partitions."""
SESSION_MS, HEARTBEAT_MS = 6_000, 2_000
"""Of the older protocol; with the newer one the brokers say so (`wardline doctor --brokers`)."""

QUEUED_MESSAGES_MIN = 100_000
"""Of each partition, where there are so many: fetching goes on while others are worked on."""
QUEUED_KBYTES_MAX = 64 * 1024
"""Bodies fetched and not polled, all partitions together; beyond, fetching waits. About as much
again is taken by the client's own notes about small messages."""
FETCH_BYTES_MAX = 16 << 20
"""One answer; the bound above may be exceeded by one of each broker."""
FETCH_BYTES_MIN, FETCH_WAIT_MS = 256 << 10, 40
"""A broker answers once it has so much, or after so long: every answer costs it and the worker."""

_READING: dict[str, Any] = {
    "enable.auto.commit": False,
    "enable.auto.offset.store": False,
    # A position that is gone is an error, never a jump.
    "auto.offset.reset": "error",
    "isolation.level": "read_committed",
    "enable.partition.eof": True,
    "max.poll.interval.ms": POLL_INTERVAL_MAX_MS,
    # A partition that begins to be read has to wait for the question that is under way.
    "fetch.min.bytes": FETCH_BYTES_MIN,
    "fetch.wait.max.ms": FETCH_WAIT_MS,
    "fetch.max.bytes": FETCH_BYTES_MAX,
    # The default of a second starves a fast reader.
    "fetch.queue.backoff.ms": 10,
    "queued.min.messages": QUEUED_MESSAGES_MIN,
    "queued.max.messages.kbytes": QUEUED_KBYTES_MAX,
}
_JOINING: dict[GroupProtocol, dict[str, Any]] = {
    GroupProtocol.CONSUMER: {"group.protocol": "consumer"},
    GroupProtocol.CLASSIC: {
        "group.protocol": "classic",
        "partition.assignment.strategy": "cooperative-sticky",
        "session.timeout.ms": SESSION_MS,
        "heartbeat.interval.ms": HEARTBEAT_MS,
    },
}


def member_settings(group: str, protocol: GroupProtocol) -> dict[str, Any]:
    """The driver's settings of a member."""
    return {"group.id": group, **_READING, **_JOINING[protocol]}


def lacks_protocol(error: KafkaError) -> bool:
    """Whether the brokers do not have the newer protocol.

    The driver reports it as fatal, with the cause in the text only.
    """
    causes = (KafkaError.UNSUPPORTED_VERSION, _named("_UNSUPPORTED_FEATURE"))
    said = error.str()
    return "ConsumerGroupHeartbeat" in said and any(
        KafkaError(code).str() in said for code in causes
    )


def is_fatal(error: KafkaError) -> bool:
    """Whether the driver's client is of no use any more."""
    return error.fatal() or error.code() == _named("_FATAL")


def _named(name: str) -> int:
    """The driver's own codes have names that begin with an underscore."""
    return getattr(KafkaError, name)
