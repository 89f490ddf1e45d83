"""A member of a group: joins by whichever protocol the brokers have, and leaves in bounded time."""

import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from threading import Thread
from typing import Any, Protocol

from wardline.sources.kafka.driver import (
    OFFSET_BEGINNING,
    Consumer,
    KafkaError,
    KafkaException,
    Message,
    TopicPartition,
)
from wardline.sources.kafka.membership import (
    GroupProtocol,
    is_fatal,
    lacks_protocol,
    member_settings,
)

LEAVE_S = 10.0
"""Brokers that do not answer are left without a word after this."""
ANSWER_S, ANSWERED_S = 0.1, 1.0
"""How long a client that leaves waits for a question of the group, and for all of them."""
RENEW_AFTER_S = 1.0
"""A client that failed for good is replaced at most so often."""

log = logging.getLogger(__name__)


class Told(Protocol):
    """Who is told which partitions are served here; as `Assignments`."""

    def assigned(self, partitions: Sequence[int]) -> Mapping[int, int | None]:
        """Gives where to begin; None: later."""
        ...

    def revoked(self, partitions: Sequence[int]) -> None:
        """Commit and let go."""
        ...

    def lost(self, partitions: Sequence[int]) -> None:
        """Drop everything."""
        ...


class Member:
    """Owns the driver's client, and replaces it when it is of no use any more.

    All methods belong to one thread; `Told` is told from within `consume` and `close`.
    """

    def __init__(
        self, settings: Mapping[str, Any], topic: str, group: str, protocol: GroupProtocol
    ):
        """`settings` are the driver's; their `error_cb` is told why a client was replaced."""
        self._settings = settings
        self._topic = topic
        self._group = group
        self._may_change = protocol is GroupProtocol.AUTO
        self.protocol = GroupProtocol.CONSUMER if self._may_change else protocol
        self._told: Told | None = None
        self._consumer: Consumer | None = None
        self._renew_s: float | None = None
        self.partitions: set[int] = set()
        self._stopped: set[int] = set()

    def join(self, told: Told) -> None:
        """Become a member. Nothing is waited for."""
        self._told = told
        self._start()

    def _start(self) -> None:
        consumer = Consumer({**self._settings, **member_settings(self._group, self.protocol)})
        self._consumer, self._renew_s = consumer, None
        consumer.subscribe(
            [self._topic],
            on_assign=self._on_assign,
            on_revoke=self._on_revoke,
            on_lost=self._on_lost,
        )

    def consume(self, count_max: int, timeout_s: float) -> list[Message]:
        """What came, errors included, except those after which the client was replaced."""
        if self._renew_s is not None:
            time.sleep(max(0.0, min(timeout_s, self._renew_s - time.monotonic())))
            if time.monotonic() < self._renew_s:
                return []
            self._start()
        if self._consumer is None:
            return []
        try:
            return self._consumer.consume(count_max, timeout_s)
        except KafkaException as problem:
            self._settings["error_cb"](problem.args[0])
            return []

    def replace(self, error: KafkaError) -> bool:
        """After an error that may be the client's end; gives whether it was."""
        if not is_fatal(error):
            return False
        is_too_new = self._may_change and lacks_protocol(error)
        self._abandon()
        if is_too_new:
            log.info("the brokers have only the older group protocol")
            self.protocol = GroupProtocol.CLASSIC
            self._start()
        else:
            self._settings["error_cb"](error)
            self._renew_s = time.monotonic() + RENEW_AFTER_S
        return True

    def _abandon(self) -> None:
        consumer, self._consumer = self._consumer, None
        self._stopped.clear()
        served, self.partitions = sorted(self.partitions), set[int]()
        if consumer is not None:
            Thread(target=_close, args=[consumer], name="kafka-leaving", daemon=True).start()
        if served and self._told is not None:
            self._told.lost(served)

    def seek(self, partition: int, offset: int) -> bool:
        """Go on from an offset, and forget what was fetched; False: try again later."""
        if self._consumer is None:
            return False
        place = TopicPartition(self._topic, partition, offset or OFFSET_BEGINNING)
        try:
            if partition in self._stopped:
                self._consumer.incremental_unassign([place])
                self._consumer.incremental_assign([place])
                self._stopped.discard(partition)
            else:
                self._consumer.seek(place)
        except KafkaException:  # the driver is still preparing the partition
            return False
        self._consumer.resume([place])
        return True

    def note_stop(self, partition: int) -> None:
        """The driver gave a partition up, because of an offset that is not there."""
        self._stopped.add(partition)

    def pause(self, partitions: Sequence[int]) -> None:
        """Forget what was fetched, and fetch no more until `seek`."""
        if self._consumer is not None and partitions:
            self._consumer.pause([TopicPartition(self._topic, number) for number in partitions])

    def commit(self, offsets: Mapping[int, int]) -> None:
        """Without waiting, and without caring: a later one says more."""
        places = [TopicPartition(self._topic, number, at) for number, at in offsets.items()]
        if self._consumer is None or not places:
            return
        try:
            self._consumer.commit(offsets=places, asynchronous=True)
        except KafkaException as problem:
            log.debug("offsets were not committed: %s", problem)

    def leave(self) -> None:
        """Tell, and go; bounded by LEAVE_S."""
        consumer = self._consumer
        if consumer is None:
            return
        served, self.partitions = sorted(self.partitions), set[int]()
        if served and self._told is not None:
            self._told.revoked(served)
        self._consumer = None
        # The driver waits for brokers without a bound.
        leaving = Thread(target=_close, args=[consumer], name="kafka-leaving", daemon=True)
        leaving.start()
        leaving.join(LEAVE_S)

    def _on_assign(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        if consumer is not self._consumer or self._told is None:
            return
        numbers = sorted(place.partition for place in places)
        self.partitions.update(numbers)
        starts = self._told.assigned(numbers)
        begins = {number: starts.get(number) for number in numbers}
        consumer.incremental_assign(
            [
                TopicPartition(self._topic, number, at or OFFSET_BEGINNING)
                for number, at in begins.items()
            ]
        )
        self.pause([number for number, at in begins.items() if at is None])

    def _on_revoke(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        if consumer is self._consumer and self._told is not None:
            self._told.revoked(self._without(places))
            consumer.incremental_unassign(places)

    def _on_lost(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        if consumer is self._consumer and self._told is not None:
            self._told.lost(self._without(places))
            consumer.incremental_unassign(places)

    def _without(self, places: list[TopicPartition]) -> list[int]:
        numbers = sorted(place.partition for place in places)
        self.partitions.difference_update(numbers)
        self._stopped.difference_update(numbers)
        return numbers


def _close(consumer: Consumer) -> None:
    """Give a client back, once it has answered what the group may still be asking of it.

    The driver waits for ever, with all of Python, where partitions are given to a client that is
    being closed and the group has let go of it in the same moment.
    """
    with suppress(KafkaException, RuntimeError):
        consumer.unsubscribe()
        give_up_s = time.monotonic() + ANSWERED_S
        while True:
            consumer.poll(ANSWER_S)
            if not consumer.assignment() or time.monotonic() > give_up_s:
                break
    consumer.close()
