"""A partitioned log in memory: what the ports promise, turned by hand. Brokers are tested apart."""

from collections.abc import Mapping, Sequence

import numpy as np

from wardline.pipeline.partitions import Assignments, LogUnavailableError, Messages


class Topic:
    """Messages by partition; several readers may share it, each assigned what the test says."""

    def __init__(self, name: str = "patient-vitals", partitions: int = 2):
        self.name = name
        self.logs: list[list[tuple[bytes, int]]] = [[] for _ in range(partitions)]

    def add(self, partition: int, value: bytes, at: int) -> None:
        self.logs[partition].append((value, at))


class TopicReader:
    """Implements `PartitionedSource` over a `Topic`. `now_ms` is what this machine's clock says."""

    def __init__(self, topic: Topic):
        self._topic = topic
        self.now_ms = 0
        self.next: dict[int, int | None] = {}
        self.acknowledged: dict[int, int] = {}
        self.trouble = ""
        self.polls = 0
        self._assignments: Assignments | None = None

    @property
    def topic(self) -> str:
        return self._topic.name

    def partition_count(self) -> int:
        if self.trouble:
            raise LogUnavailableError(self.trouble)
        return len(self._topic.logs)

    def join(self, assignments: Assignments) -> None:
        self._assignments = assignments

    def assign(self, *partitions: int) -> None:
        assert self._assignments is not None
        self.next |= self._assignments.assigned(partitions)

    def revoke(self, *partitions: int) -> None:
        assert self._assignments is not None
        self._assignments.revoked(partitions)
        for partition in partitions:
            self.next.pop(partition, None)

    def lose(self, *partitions: int) -> None:
        assert self._assignments is not None
        self._assignments.lost(partitions)
        for partition in partitions:
            self.next.pop(partition, None)

    def poll(self, messages_max: int, timeout_s: float) -> list[Messages]:
        self.polls += 1
        if self.trouble:
            return []
        found: list[Messages] = []
        for partition, start in self.next.items():
            some = [] if start is None else self._topic.logs[partition][start:][:messages_max]
            if start is not None and some:
                offsets = np.arange(start, start + len(some))
                times = np.array([at for _, at in some], dtype=np.int64)
                found.append(Messages(partition, [value for value, _ in some], offsets, times))
                self.next[partition] = start + len(some)
        return found

    def begin(self, partition: int, offset: int) -> None:
        assert partition in self.next
        self.next[partition] = offset

    def pause(self, partitions: Sequence[int]) -> None:
        for partition in partitions:
            self.next[partition] = None

    def read_to_end_at(self) -> Mapping[int, int]:
        ended = (p for p, at in self.next.items() if at == len(self._topic.logs[p]))
        return {} if self.trouble else dict.fromkeys(ended, self.now_ms)

    def lag(self) -> Mapping[int, int]:
        known = ((p, at) for p, at in self.next.items() if at is not None)
        return {p: len(self._topic.logs[p]) - at for p, at in known}

    def acknowledge(self, next_offsets: Mapping[int, int]) -> None:
        self.acknowledged |= next_offsets

    def end_offsets(self, partitions: Sequence[int]) -> Mapping[int, tuple[int, int]]:
        return {partition: (0, len(self._topic.logs[partition])) for partition in partitions}

    def problem(self) -> str:
        return self.trouble

    def close(self) -> None:
        if self.next:
            self.revoke(*self.next)
