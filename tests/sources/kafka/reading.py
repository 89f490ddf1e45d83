"""A member of a group as tests see it: what it was told, and what it has polled."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from tests.kafka import Server

from wardline.pipeline.partitions import Messages
from wardline.sources.kafka.client_settings import NO_SECURITY, KafkaSecurity
from wardline.sources.kafka.consumer import KafkaSource
from wardline.sources.kafka.membership import GroupProtocol

WAIT_S = 60.0
AUTO, CONSUMER, CLASSIC = GroupProtocol.AUTO, GroupProtocol.CONSUMER, GroupProtocol.CLASSIC
POLL_MESSAGES, POLL_S = 1_000, 0.2


class Reader:
    """Serves whatever it is assigned, from `starts` on (offsets; 0 where nothing is said)."""

    def __init__(
        self,
        brokers: str,
        topic: str,
        group: str,
        protocol: GroupProtocol = AUTO,
        starts: Mapping[int, int | None] | None = None,
        security: KafkaSecurity = NO_SECURITY,
    ):
        self.source = KafkaSource(brokers.split(","), topic, group, security, protocol)
        self.starts = dict(starts or {})
        self.serves: set[int] = set()
        self.told: list[tuple[str, list[int]]] = []
        self.polled: dict[int, list[tuple[int, bytes, int]]] = {}
        """Partition -> (offset, value, appended at)."""
        self.acknowledges: dict[int, int] = {}
        """What it says when it has to let go."""

    def join(self) -> "Reader":
        self.source.join(self)
        return self

    def assigned(self, partitions: Sequence[int]) -> Mapping[int, int | None]:
        self.told.append(("assigned", list(partitions)))
        self.serves.update(partitions)
        return {number: self.starts.get(number, 0) for number in partitions}

    def revoked(self, partitions: Sequence[int]) -> None:
        self.told.append(("revoked", list(partitions)))
        self.source.acknowledge({p: at for p, at in self.acknowledges.items() if p in partitions})
        self.serves.difference_update(partitions)

    def lost(self, partitions: Sequence[int]) -> None:
        self.told.append(("lost", list(partitions)))
        self.serves.difference_update(partitions)

    def poll(self, messages_max: int = POLL_MESSAGES, timeout_s: float = POLL_S) -> list[Messages]:
        batches = self.source.poll(messages_max, timeout_s)
        for batch in batches:
            assert batch.partition in self.serves
            rows = zip(
                batch.offsets.tolist(), batch.values, batch.appended_at.tolist(), strict=True
            )
            self.polled.setdefault(batch.partition, []).extend(rows)
        return batches

    def offsets(self, partition: int) -> list[int]:
        return [offset for offset, _, _ in self.polled.get(partition, [])]

    def values(self, partition: int) -> list[bytes]:
        return [value for _, value, _ in self.polled.get(partition, [])]

    def count(self) -> int:
        return sum(len(rows) for rows in self.polled.values())


def until(is_so: Callable[[], object], *readers: Reader, within_s: float = WAIT_S) -> float:
    """Let readers poll until something is so; gives the seconds it took."""
    start_s = time.monotonic()
    while not is_so():
        took_s = time.monotonic() - start_s
        assert took_s < within_s, [(r.told, r.source.problem(), r.count()) for r in readers]
        for reader in readers:
            reader.poll()
    return time.monotonic() - start_s


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    """Let the broker stand still for a while; afterwards it works again, for other tests too."""
    server.freeze()
    try:
        yield
    finally:
        server.thaw()
        give_up_s = time.monotonic() + WAIT_S
        while not has_leaders(server):
            assert time.monotonic() < give_up_s


def has_leaders(server: Server) -> bool:
    try:
        topics = AdminClient({"bootstrap.servers": server.brokers}).list_topics(timeout=5).topics
    except KafkaException:
        return False
    return all(p.leader >= 0 for topic in topics.values() for p in topic.partitions.values())
