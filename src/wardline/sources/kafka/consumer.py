"""Reading a topic as a member of a group (see `PartitionedSource`)."""

import time
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

from wardline.pipeline.partitions import Assignments, LogUnavailableError, Messages
from wardline.sources.kafka.administrator import Administrator
from wardline.sources.kafka.batches import Gathering, by_partition, growing
from wardline.sources.kafka.client_settings import NO_SECURITY, KafkaSecurity, client_settings
from wardline.sources.kafka.driver import KafkaException, Message
from wardline.sources.kafka.ends import EndWatch, end_offsets
from wardline.sources.kafka.member import Member
from wardline.sources.kafka.membership import GroupProtocol
from wardline.sources.kafka.troubles import Troubles

CHUNK = 500
"""Messages taken from the driver at once; more of them do not fit the processor's cache."""
OCTETS_PER_POLL = 2 << 20
"""Bodies given at once, beyond which no more are taken: packed messages hold thousands of readings.
10,000 readings in JSON are as many bytes."""
FIRST_CHUNK = 10
"""As long as nobody knows how large messages are."""
LOOK_EVERY_S = 0.1
"""Waiting for messages is interrupted so often to look after everything else."""

_END = "_PARTITION_EOF"
_OTHER_LOG = "_LOG_TRUNCATION"
"""The log was cut off and written anew: what is there is not what was read."""
_GONE = {"_AUTO_OFFSET_RESET", "OFFSET_OUT_OF_RANGE", _OTHER_LOG}


class PositionGoneError(Exception):
    """A partition does not have, or never had, the offset from which it is to be read."""


@dataclass(slots=True)
class _Reading:
    """A partition that is served here.

    position: the next offset to be polled; None until somebody says where to begin. is_oldest: it
    begins wherever the log does, and nothing was polled yet. is_paused: what still comes is
    dropped. is_awaited: the driver could not be told the position yet. is_sure: the driver reads
    from there; was_repeated: it was told twice (see `_is_right`).
    """

    position: int | None
    is_oldest: bool
    is_paused: bool = False
    is_awaited: bool = False
    is_sure: bool = False
    was_repeated: bool = False

    @property
    def is_read(self) -> bool:
        """Whether what comes is for the caller."""
        return self.position is not None and not self.is_paused and not self.is_awaited


class KafkaSource:
    """Reads a topic as a member of a group, by the newest protocol that the brokers have."""

    def __init__(
        self,
        brokers: Sequence[str],
        topic: str,
        group: str,
        security: KafkaSecurity = NO_SECURITY,
        protocol: GroupProtocol = GroupProtocol.AUTO,
    ):
        """Nothing is waited for. Raises ValueError for settings that the driver refuses."""
        self._topic = topic
        self._troubles = Troubles(brokers, topic)
        self._admin = Administrator(brokers, security, "watch", self._troubles.note)
        self._ends = EndWatch(self._admin, topic, self._troubles)
        settings = client_settings(brokers, security, "reader")
        settings["error_cb"] = self._troubles.note
        self._member = Member(settings, topic, group, protocol)
        self._readings: dict[int, _Reading] = {}
        self._gone: dict[int, str] = {}
        self._gathered = Gathering()
        self._chunk = FIRST_CHUNK
        self._assignments: Assignments | None = None

    @property
    def topic(self) -> str:
        """The topic's name."""
        return self._topic

    @property
    def protocol(self) -> GroupProtocol:
        """By which this is, or tries to become, a member."""
        return self._member.protocol

    def partition_count(self) -> int:
        """How many partitions the topic has now. Raises LogUnavailableError."""
        try:
            return self._admin.partition_count(self._topic)
        except KafkaException as problem:
            raise LogUnavailableError(self._troubles.plain(problem.args[0])) from None

    def join(self, assignments: Assignments) -> None:
        """Become a member of the group; `poll` tells the rest."""
        self._assignments = assignments
        self._member.join(self)

    # -- what the member tells --------------------------------------------------------------------

    def assigned(self, partitions: Sequence[int]) -> Mapping[int, int | None]:
        """From within `poll`: the caller says where to begin."""
        assert self._assignments is not None
        self._troubles.granted()
        starts = self._assignments.assigned(partitions)
        for number in partitions:
            at = starts.get(number)
            self._readings[number] = _Reading(at, at == 0, is_paused=at is None)
        return starts

    def revoked(self, partitions: Sequence[int]) -> None:
        """From within `poll` and `close`. The positions still hold while the caller is told."""
        assert self._assignments is not None
        self._drop_gathered(partitions)
        self._assignments.revoked(partitions)
        self._forget(partitions)

    def lost(self, partitions: Sequence[int]) -> None:
        """From within `poll`."""
        assert self._assignments is not None
        self._drop_gathered(partitions)
        self._assignments.lost(partitions)
        self._forget(partitions)

    def _drop_gathered(self, partitions: Sequence[int]) -> None:
        for number in partitions:
            self._gathered.forget(number)

    def _forget(self, partitions: Sequence[int]) -> None:
        for number in partitions:
            self._readings.pop(number, None)
            self._gone.pop(number, None)
            self._ends.forget(number)

    # -- polling ----------------------------------------------------------------------------------

    def poll(self, messages_max: int, timeout_s: float) -> list[Messages]:
        """Messages that have come, at most one entry a partition, waiting for the first one.

        Never raises for brokers that are away: `problem` says so. Raises PositionGoneError, and
        again until the partition begins elsewhere or is served elsewhere.
        """
        deadline_s = time.monotonic() + timeout_s
        left = messages_max
        while True:
            self._tend()
            left -= self._take_all(left)
            wait_s = min(deadline_s - time.monotonic(), LOOK_EVERY_S)
            if self._gathered or wait_s <= 0:
                return self._gathered.give()
            left -= self._take(1, wait_s)

    def _take_all(self, count_max: int) -> int:
        """Whatever the driver has, within the bounds; gives how many messages."""
        taken = 0
        while taken < count_max and self._gathered.octets < OCTETS_PER_POLL:
            count = self._take(min(self._chunk, count_max - taken), 0.0)
            taken += count
            if count == 0:
                break
            self._learn_size()
        return taken

    def _learn_size(self) -> None:
        """Large messages are taken a few at a time."""
        octets, count = self._gathered.octets, self._gathered.count
        if octets:
            self._chunk = min(CHUNK, max(1, OCTETS_PER_POLL * count // octets))

    def _take(self, count_max: int, wait_s: float) -> int:
        messages = self._member.consume(count_max, wait_s)
        errors = list(filter(Message.error, messages))
        good = [m for m in messages if m.error() is None] if errors else messages
        again = {number for number, run in by_partition(good) if not self._gather(number, run)}
        for message in errors:
            self._meet_error(message, again)
        return len(messages)

    def _gather(self, partition: int, messages: Sequence[Message]) -> bool:
        """False: these are not the ones that were to come; the driver was told again."""
        reading = self._readings.get(partition)
        if reading is None or not reading.is_read:
            return True
        if not self._is_right(partition, reading, messages[0].offset() or 0):
            return False
        count = growing(messages)
        reading.position = self._gathered.add(partition, messages[:count])
        reading.is_oldest = False
        return count == len(messages) or self._is_right(
            partition, reading, messages[count].offset() or 0
        )

    def _is_right(self, partition: int, reading: _Reading, offset: int) -> bool:
        """Whether what comes next is what should; if not, the driver is told where to go on.

        The driver may be asking for the oldest offset when it is told another one. Then the answer
        still moves it when it comes: nothing older than the position is believed. An offset may
        belong to no message, so that a later one is, but not at once after a beginning: there the
        driver is told twice, and an offset that is gone is an error the second time.
        """
        position = reading.position or 0
        may_be_later = reading.is_sure or reading.is_oldest or reading.was_repeated
        if offset == position or (offset > position and may_be_later):
            reading.is_sure = True
            return True
        reading.was_repeated = True
        reading.is_awaited = not self._member.seek(partition, position)
        return False

    def _meet_error(self, message: Message, again: Container[int]) -> None:
        error, number = message.error(), message.partition()
        assert error is not None
        if self._member.replace(error):
            return
        reading = None if number is None else self._readings.get(number)
        if error.name() == _END:
            if reading is not None and number is not None and number not in again:
                self._meet_end(number, reading, message.offset() or 0)
        elif error.name() in _GONE:
            if reading is not None and number is not None:
                self._meet_gone(number, reading, is_other_log=error.name() == _OTHER_LOG)
        else:
            self._troubles.note(error)

    def _meet_end(self, partition: int, reading: _Reading, offset: int) -> None:
        """There is nothing more for now. Offsets without messages may lie before the end."""
        if reading.is_read and self._is_right(partition, reading, offset):
            reading.position = max(reading.position or 0, offset)

    def _meet_gone(self, partition: int, reading: _Reading, *, is_other_log: bool) -> None:
        """Ask what is kept: what the driver says may be about an earlier position."""
        self._member.note_stop(partition)
        if reading.is_paused:
            return
        position = reading.position or 0
        try:
            oldest, end = self.end_offsets([partition])[partition]
        except LogUnavailableError:
            oldest, end = position, position
        if not is_other_log and (reading.is_oldest or oldest <= position <= end):
            reading.is_sure = False
            reading.is_awaited = not self._member.seek(partition, position)
            return
        self._gone[partition] = (
            f"{self._topic} partition {partition} has no offset {position} to go on from: "
            f"kept are those from {oldest} on, and {end} is the next to come"
        )

    def _tend(self) -> None:
        """What is to be done between messages."""
        for number, reading in self._readings.items():
            if reading.is_awaited and reading.position is not None:
                reading.is_awaited = not self._member.seek(number, reading.position)
        self._ends.look(sorted(self._readings), self._positions())
        for text in self._gone.values():
            raise PositionGoneError(text)

    # -- what the caller decides ------------------------------------------------------------------

    def begin(self, partition: int, offset: int) -> None:
        """Read a partition that is served here from an offset on (0: the oldest there is)."""
        reading = self._readings[partition] = _Reading(offset, offset == 0)
        self._gathered.forget(partition)
        self._gone.pop(partition, None)
        self._ends.forget(partition)
        reading.is_awaited = not self._member.seek(partition, offset)

    def pause(self, partitions: Sequence[int]) -> None:
        """Give no more messages of these until `begin`."""
        served = [number for number in partitions if number in self._readings]
        for number in served:
            self._readings[number].is_paused = True
            self._gathered.forget(number)
        self._member.pause(served)

    # -- how far it is ----------------------------------------------------------------------------

    def _positions(self) -> dict[int, int]:
        return {
            number: reading.position
            for number, reading in self._readings.items()
            if reading.position is not None and not reading.is_paused
        }

    def read_to_end_at(self) -> Mapping[int, int]:
        """Partitions whose newest message was polled, and when that was last known to be so."""
        return self._ends.reached_ms(self._positions())

    def lag(self) -> Mapping[int, int]:
        """Messages not polled yet, per partition that is read here, as far as known."""
        return self._ends.lag(self._positions())

    def acknowledge(self, next_offsets: Mapping[int, int]) -> None:
        """Tell the group how far partitions are done, without waiting."""
        self._member.commit(next_offsets)

    def end_offsets(self, partitions: Sequence[int]) -> Mapping[int, tuple[int, int]]:
        """(oldest offset kept, offset of the next message to come). Raises LogUnavailableError."""
        return end_offsets(self._admin, self._topic, partitions, self._troubles)

    def problem(self) -> str:
        """Why nothing comes from the brokers, in plain words; empty while they answer."""
        return next(iter(self._gone.values()), "") or self._troubles.text()

    def close(self) -> None:
        """Leave the group; `revoked` is told first. Takes LEAVE_S at most."""
        self._member.leave()
        self._ends.close()
