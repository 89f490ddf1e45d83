"""Writing messages to topics (see `Publisher`)."""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Any

from wardline.pipeline.partitions import LogUnavailableError, Outgoing
from wardline.sources.kafka.client_settings import NO_SECURITY, KafkaSecurity, client_settings
from wardline.sources.kafka.driver import KafkaError, KafkaException, Message, Producer
from wardline.sources.kafka.membership import is_fatal
from wardline.sources.kafka.troubles import Troubles

MESSAGE_BYTES_MAX = 1_000_000
"""A larger message, with its key, is refused: brokers take no more unless told otherwise."""
QUEUED_MAX, QUEUED_KBYTES_MAX = 100_000, 64 * 1024
"""Messages that wait to be written. Beyond, `publish` waits for room, within its time."""
OFFERS_MAX = 5_000
"""Offered messages that wait to be written; beyond, further ones are dropped and counted."""
MESSAGE_TIMEOUT_MS = 60_000
"""After this a message is given up. One that `publish` gave up may still be written until then."""
RETRIES = 5
LINGER_MS = 5
"""So long a message waits for others to travel with."""
SILENCE_S = 5.0
"""Messages that wait while nothing is acknowledged for so long are a problem."""
SERVE_S = 0.1
ROOM_S = 0.005
LOOK_EVERY_S, LOOK_S = 1.0, 0.5
"""In trouble and with nothing to write, brokers are asked so often whether they are back."""
REPORTS_S = 1.0
"""Time for reports about what was given up."""
OVERHEAD_BYTES = 512
"""More than the client adds to a message."""

Report = Callable[[KafkaError | None, Message], None]

log = logging.getLogger(__name__)

_WRITING: dict[str, Any] = {
    "enable.idempotence": True,
    "acks": "all",
    "retries": RETRIES,
    "request.timeout.ms": 30_000,
    "message.timeout.ms": MESSAGE_TIMEOUT_MS,
    "message.max.bytes": MESSAGE_BYTES_MAX,
    "linger.ms": LINGER_MS,
    "compression.type": "lz4",
    # The driver's own hash is another one than Java's: readers would find keys elsewhere.
    "partitioner": "murmur2_random",
    "queue.buffering.max.messages": QUEUED_MAX,
    "queue.buffering.max.kbytes": QUEUED_KBYTES_MAX,
    # A topic that is not there is an error after so long.
    "topic.metadata.propagation.max.ms": 5_000,
}


class _Delivery:
    """Waits for the reports about some messages."""

    def __init__(self, count: int):
        self._left = count
        self.is_over = Event()
        self.error: KafkaError | None = None

    def report(self, error: KafkaError | None) -> None:
        """One message was written, or given up."""
        self.error = self.error or error
        self._left -= 1
        if self._left == 0:
            self.is_over.set()


class KafkaPublisher:
    """Each message is written once as far as the client's own repeats go, and in order."""

    def __init__(self, brokers: Sequence[str], security: KafkaSecurity = NO_SECURITY):
        """Nothing is waited for. Raises ValueError for settings that the driver refuses."""
        self._troubles = Troubles(brokers)
        self._settings = client_settings(brokers, security, "writer") | _WRITING
        self._settings["error_cb"] = self._note
        self._lock = Lock()
        self._is_dead = False
        self._is_closed = False
        self._waiting = 0
        self._offers = 0
        self._moved_s = time.monotonic()
        self._look_at_s = 0.0
        self.dropped = 0
        """Offered messages that were never written."""
        self._producer = self._opened()
        self._serving = Thread(target=self._serve, name="kafka-writer", daemon=True)
        self._serving.start()

    def _opened(self) -> Producer:
        try:
            return Producer(self._settings)
        except KafkaException as problem:
            raise ValueError(problem.args[0].str()) from None

    # -- the interface ----------------------------------------------------------------------------

    def publish(self, messages: Sequence[Outgoing], timeout_s: float) -> None:
        """Write messages in order and return once all in-sync replicas have them.

        Raises LogUnavailableError, and ValueError for a message that is too large, before any
        is written.
        """
        deadline_s = time.monotonic() + timeout_s
        for message in messages:
            if not _fits(message):
                raise ValueError(f"a message to {message.topic} exceeds {MESSAGE_BYTES_MAX} bytes")
        if not messages:
            return
        delivery = _Delivery(len(messages))

        def report(error: KafkaError | None, _message: Message) -> None:
            self._report(error)
            delivery.report(error)

        for message in messages:
            while not self._enqueue(message, report):
                self._wait_for_room(deadline_s)
        if not delivery.is_over.wait(max(0.0, deadline_s - time.monotonic())):
            raise LogUnavailableError(self.problem() or f"not acknowledged within {timeout_s:g} s")
        if delivery.error is not None:
            raise LogUnavailableError(self._troubles.plain(delivery.error))

    def offer(self, messages: Sequence[Outgoing]) -> None:
        """Write messages when it is possible, without waiting."""
        for message in messages:
            with self._lock:
                has_room = self._offers < OFFERS_MAX
                self._offers += has_room
            is_on_its_way = has_room and self._offer_one(message)
            if not is_on_its_way:
                with self._lock:
                    self._offers -= has_room
                    self.dropped += 1

    def problem(self) -> str:
        """Why nothing can be written, in plain words; empty while it can.

        Known from what was written last, and while nothing is written from asking the brokers.
        """
        silent_s = time.monotonic() - self._moved_s
        if self._waiting and silent_s > SILENCE_S:
            self._troubles.silent(silent_s)
        return self._troubles.text()

    def close(self, timeout_s: float) -> None:
        """Write what waits, as far as the time allows."""
        self._is_closed = True
        self._producer.flush(timeout_s)
        self._give_up(self._producer)
        self._serving.join(SERVE_S * 10)

    # -- inside -----------------------------------------------------------------------------------

    def _enqueue(self, message: Outgoing, report: Report) -> bool:
        """Whether there was room. Raises LogUnavailableError."""
        if self._is_closed:
            raise LogUnavailableError("this publisher is closed")
        self._count(1)
        try:
            self._producer.produce(
                message.topic,
                message.value,
                message.key,
                -1 if message.partition is None else message.partition,
                on_delivery=report,
            )
        except BufferError:
            self._count(-1)
            return False
        except KafkaException as problem:
            self._count(-1)
            self._note(problem.args[0])
            raise LogUnavailableError(self._troubles.plain(problem.args[0])) from None
        return True

    def _wait_for_room(self, deadline_s: float) -> None:
        if time.monotonic() > deadline_s:
            raise LogUnavailableError(self.problem() or "too many messages wait to be written")
        time.sleep(ROOM_S)

    def _offer_one(self, message: Outgoing) -> bool:
        """Whether it is on its way."""
        try:
            return _fits(message) and self._enqueue(message, self._report_offer)
        except LogUnavailableError:
            return False

    def _report(self, error: KafkaError | None) -> None:
        """Of every message, in the end."""
        self._count(-1)
        self._moved_s = time.monotonic()
        if error is None:
            self._troubles.answered()
            self._troubles.granted()
        else:
            self._note(error)

    def _report_offer(self, error: KafkaError | None, _message: Message) -> None:
        self._report(error)
        with self._lock:
            self._offers -= 1
            self.dropped += error is not None

    def _count(self, change: int) -> None:
        with self._lock:
            if self._waiting == 0:
                self._moved_s = time.monotonic()
            self._waiting += change

    def _note(self, error: KafkaError) -> None:
        self._troubles.note(error)
        self._is_dead = self._is_dead or is_fatal(error)

    def _serve(self) -> None:
        """Reports, errors and remarks of the driver are handed out by this thread."""
        while not self._is_closed:
            self._producer.poll(SERVE_S)
            if self._is_dead:
                self._renew()
            elif self._troubles.text() and not self._waiting:
                self._look()

    def _look(self) -> None:
        """Nothing waits that would show whether the brokers are back: ask them."""
        if time.monotonic() < self._look_at_s:
            return
        self._look_at_s = time.monotonic() + LOOK_EVERY_S
        with suppress(KafkaException):
            self._producer.list_topics(timeout=LOOK_S)
            self._troubles.answered()

    def _renew(self) -> None:
        """A client that failed for good is replaced; what waits in it is reported as failed."""
        log.error("the client that writes to Kafka failed and is replaced: %s", self.problem())
        failed, self._producer = self._producer, self._opened()
        self._is_dead = False
        self._give_up(failed)

    def _give_up(self, producer: Producer) -> None:
        """What still waits is reported as failed."""
        producer.purge()
        producer.flush(REPORTS_S)


def _fits(message: Outgoing) -> bool:
    return len(message.key or b"") + len(message.value) + OVERHEAD_BYTES <= MESSAGE_BYTES_MAX
