"""Messages of one topic copied into another one, keyed by patient and one reading each.

At least once: the group is told how far it is only after all in-sync brokers have the copies.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Event

import msgspec
import numpy as np

from wardline.codecs.arrow_readings import ArrowMessageError, arrow_objects, is_arrow
from wardline.codecs.topic_messages import PlacedCommand, decode_topic, one_line
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries
from wardline.pipeline.partitions import (
    LogUnavailableError,
    Messages,
    Outgoing,
    PartitionedSource,
    Publisher,
)

logger = logging.getLogger(__name__)

MESSAGES_MAX = 5_000
"""Messages read at once; their copies are with the brokers before more are read."""
POLL_S = 0.1
PUBLISH_S = 30.0
RETRY_S = 1.0

Committed = Callable[[Sequence[int]], Mapping[int, int]]
"""How far a group is in some partitions; raises LogUnavailableError."""


@dataclass(slots=True)
class Copied:
    """What was copied: messages read and written; of the latter those without a known patient."""

    read: int = 0
    written: int = 0
    unkeyed: int = 0
    too_large: int = 0


def copies(messages: Messages, topic: str) -> list[Outgoing]:
    """What becomes of messages of one partition, in their order.

    One reading or command stays as it is, several become one message each. What cannot be decoded
    stays as it is, without a key, so that workers keep it as a dead letter.
    """
    parts: list[list[Outgoing]] = [[] for _ in messages.values]
    plain = [place for place, value in enumerate(messages.values) if not is_arrow(value)]
    _copy_decoded([messages.values[place] for place in plain], plain, topic, parts)
    for place, value in enumerate(messages.values):
        if is_arrow(value):
            parts[place] = _from_arrow(value, topic)
    return [one for part in parts for one in part]


def _copy_decoded(
    values: Sequence[bytes], places: Sequence[int], topic: str, parts: list[list[Outgoing]]
) -> None:
    at = np.array(places, dtype=np.int64)
    for part in decode_topic(values, at, np.zeros(len(at), np.int64), Dictionaries(), origin=""):
        if isinstance(part, PlacedCommand):
            found = [(part.position, part.command.patient_id, "")]
        else:
            found = list(_items(part))
        for place, patient_id, text in found:
            parts[place].append(Outgoing(topic, _key(patient_id), one_line(text)))
    for place, value in zip(places, values, strict=True):
        if len(parts[place]) == 1:
            parts[place] = [Outgoing(topic, parts[place][0].key, value)]


def _items(decoded: Decoded) -> Iterator[tuple[int, str, str]]:
    """(place, patient, record) of readings, then of what was refused."""
    batch = decoded.batch
    patients = batch.patients.texts(batch.patient)
    for row, (place, patient_id) in enumerate(zip(batch.position.tolist(), patients, strict=True)):
        yield place, patient_id, batch.raw.text(row)
    for rejection in decoded.rejections:
        yield rejection.position, rejection.patient_id, rejection.raw


def _from_arrow(value: bytes, topic: str) -> list[Outgoing]:
    try:
        objects = arrow_objects(value)
    except ArrowMessageError:
        return [Outgoing(topic, None, value)]
    return [
        Outgoing(topic, _key(str(one.get("patient_id", ""))), msgspec.json.encode(one))
        for one in objects
    ]


def _key(patient_id: str) -> bytes | None:
    return patient_id.encode("utf-8", "backslashreplace") or None


class Rekeyer:
    """Implements `partitions.Assignments`. One thread's."""

    def __init__(
        self, source: PartitionedSource, publisher: Publisher, topic: str, committed: Committed
    ):
        self.copied = Copied()
        self._source = source
        self._publisher = publisher
        self._topic = topic
        self._committed = committed
        self._waiting: set[int] = set()
        self._done: dict[int, int] = {}
        self._retry_at_s = 0.0
        self._looked_at_s = float("-inf")

    def run(self, stopping: Event, ends: Mapping[int, int] | None = None) -> None:
        """Copy until told to stop, or until the group is as far as `ends`."""
        try:
            if self._has_reached(ends):
                return
            self._source.join(self)
            while not stopping.is_set() and not self._has_reached(ends):
                self.step(stopping)
        finally:
            self._source.close()

    def step(self, stopping: Event) -> None:
        """Begin what was assigned, read, copy, tell the group."""
        self._begin()
        for messages in self._source.poll(MESSAGES_MAX, POLL_S):
            outgoing = copies(messages, self._topic)
            if not self._publish(outgoing, stopping):
                return
            self.copied.read += len(messages)
            self.copied.written += len(outgoing)
            self.copied.unkeyed += sum(one.key is None for one in outgoing)
            if messages.partition in self._done:
                self._done[messages.partition] = int(messages.offsets[-1]) + 1
                self._source.acknowledge({messages.partition: self._done[messages.partition]})

    def _begin(self) -> None:
        """Read on where the group is; brokers that are away are asked again."""
        if not self._waiting or time.monotonic() < self._retry_at_s:
            return
        try:
            reached = self._committed(sorted(self._waiting))
        except LogUnavailableError as problem:
            logger.warning("not reading yet: %s", problem)
            self._retry_at_s = time.monotonic() + RETRY_S
            return
        for partition in sorted(self._waiting):
            self._done[partition] = reached.get(partition, 0)
            self._source.begin(partition, self._done[partition])
        self._waiting.clear()

    def _publish(self, outgoing: list[Outgoing], stopping: Event) -> bool:
        """Until all are written; False if told to stop before."""
        while True:
            try:
                self._publisher.publish(outgoing, PUBLISH_S)
            except LogUnavailableError as problem:
                logger.warning("nothing is copied now: %s", problem)
                if stopping.wait(RETRY_S):
                    return False
            except ValueError as problem:
                if len(outgoing) == 1:
                    logger.warning("left out: %s", problem)
                    self.copied.too_large += 1
                    return True
                return all(self._publish([one], stopping) for one in outgoing)
            else:
                return True

    def _has_reached(self, ends: Mapping[int, int] | None) -> bool:
        """Whether everything up to some offsets was copied, here or by other members."""
        if ends is None or any(self._done.get(p, end) < end for p, end in ends.items()):
            return False
        elsewhere = [partition for partition in ends if partition not in self._done]
        if not elsewhere:
            return True
        if time.monotonic() < self._looked_at_s + RETRY_S:
            return False
        self._looked_at_s = time.monotonic()
        try:
            reached = self._committed(elsewhere)
        except LogUnavailableError:
            return False
        return all(reached.get(partition, 0) >= ends[partition] for partition in elsewhere)

    # -- which partitions are read here (`partitions.Assignments`) ---------------------------------

    def assigned(self, partitions: Sequence[int]) -> Mapping[int, int | None]:
        """They begin where the group is."""
        self._waiting.update(partitions)
        return dict.fromkeys(partitions)

    def revoked(self, partitions: Sequence[int]) -> None:
        """Whatever was read is copied already."""
        self._source.acknowledge({p: self._done[p] for p in partitions if p in self._done})
        self.lost(partitions)

    def lost(self, partitions: Sequence[int]) -> None:
        """Somebody else goes on from where the group is."""
        for partition in partitions:
            self._waiting.discard(partition)
            self._done.pop(partition, None)
