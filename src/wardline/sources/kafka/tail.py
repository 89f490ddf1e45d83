"""The newest messages of a topic, for whoever shows them: no group, nothing acknowledged."""

import time
from collections.abc import Sequence
from typing import Any

from wardline.sources.kafka.client_settings import NO_SECURITY, KafkaSecurity, client_settings
from wardline.sources.kafka.driver import (
    OFFSET_END,
    Consumer,
    KafkaException,
    Message,
    TopicPartition,
)
from wardline.sources.kafka.troubles import Troubles

BACK_S = 15.0
"""Reading begins so much before now: within that time workers tell every picture again."""

MESSAGES_MAX = 1_000
QUEUED_KIB_MAX = 64 * 1024
"""Fetched and not polled yet; beyond it fetching rests."""

ASK_S = 5.0
RETRY_S = 1.0
"""Brokers that do not answer at the start are asked again after so long."""


class KafkaTail:
    """Reads every partition of a topic from a little before now on. One thread's."""

    def __init__(self, brokers: Sequence[str], topic: str, security: KafkaSecurity = NO_SECURITY):
        """Nothing is waited for. Raises ValueError for settings that the driver refuses."""
        self._topic = topic
        self._troubles = Troubles(brokers, topic)
        settings: dict[str, Any] = {
            **client_settings(brokers, security, "tail"),
            "group.id": "wardline-tail",  # the driver wants one; nobody joins it
            "enable.auto.commit": False,
            "auto.offset.reset": "latest",
            "fetch.wait.max.ms": 100,
            "fetch.queue.backoff.ms": 10,
            "queued.max.messages.kbytes": QUEUED_KIB_MAX,
            "error_cb": self._troubles.note,
        }
        try:
            self._consumer = Consumer(settings)
        except KafkaException as problem:
            raise ValueError(f"Kafka cannot be used so: {problem.args[0].str()}") from None
        self._is_assigned = False
        self._retry_at_s = 0.0

    def poll(self, timeout_s: float) -> list[bytes]:
        """What has come, waiting for the first message."""
        if not self._is_assigned and not self._assign():
            # Waiting also lets the driver find brokers that are back.
            self._consumer.poll(timeout_s)
            return []
        messages = self._consumer.consume(1, timeout_s)
        if messages:
            messages += self._consumer.consume(MESSAGES_MAX, 0)
        return [value for message in messages if (value := self._value(message)) is not None]

    def _value(self, message: Message) -> bytes | None:
        error = message.error()
        if error is not None:
            self._troubles.note(error)
            return None
        self._troubles.answered()
        value: Any = message.value()
        return value

    def _assign(self) -> bool:
        if time.monotonic() < self._retry_at_s:
            return False
        self._retry_at_s = time.monotonic() + RETRY_S
        try:
            self._consumer.assign(self._starts())
        except KafkaException as problem:
            self._troubles.note(problem.args[0])
            return False
        self._is_assigned = True
        self._troubles.answered()
        return True

    def _starts(self) -> list[TopicPartition]:
        found = self._consumer.list_topics(self._topic, timeout=ASK_S).topics[self._topic]
        if found.error is not None:
            raise KafkaException(found.error)
        since_ms = int((time.time() - BACK_S) * 1000)
        wanted = [TopicPartition(self._topic, number, since_ms) for number in found.partitions]
        places = self._consumer.offsets_for_times(wanted, timeout=ASK_S)
        for place in places:
            if place.offset < 0:
                place.offset = OFFSET_END
        return places

    def problem(self) -> str:
        """Why nothing comes, in plain words; empty while the brokers answer."""
        text = self._troubles.text()
        return text or ("" if self._is_assigned else f"topic {self._topic} is not read yet")

    def close(self) -> None:
        """Give everything back."""
        self._consumer.close()
