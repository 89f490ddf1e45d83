"""What is asked of the brokers beside messages: topics, settings, and where partitions end.

A failure is a KafkaException with the driver's error, or a TimeoutError.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from wardline.sources.kafka.client_settings import KafkaSecurity, client_settings
from wardline.sources.kafka.driver import (
    IsolationLevel,
    KafkaError,
    KafkaException,
    TopicPartition,
    admin_module,
)

ANSWER_S = 10.0
"""Who waits for an answer waits no longer than this."""
LOOK_S = 0.5
"""How often a question is looked after while nobody answers."""
ALL_AWAY_S = 2.0
"""When no broker can even be connected to, this is how long one may take to be there again."""
METADATA_AGE_MAX_MS = 1_000
"""When a partition has a new leader, the driver asks the old one until it forgets it."""
MARGIN_S = 1.0
"""The driver ends a question by itself; if it does not, so much later."""

Answers = dict[int, Future[Any]]


class Administrator:
    """A client that neither reads nor writes messages."""

    def __init__(
        self,
        brokers: Sequence[str],
        security: KafkaSecurity,
        role: str,
        on_error: Callable[[KafkaError], None] | None = None,
    ):
        """Nothing is waited for. Raises ValueError for settings that the driver refuses."""
        settings = client_settings(brokers, security, role)
        settings["metadata.max.age.ms"] = METADATA_AGE_MAX_MS
        settings["error_cb"] = self._noted
        self._given = settings
        self._on_error = on_error
        self._are_all_away = False
        try:
            self._client: Any = admin_module.AdminClient(settings)
        except KafkaException as problem:
            raise ValueError(problem.args[0].str()) from None

    def renew(self) -> Any:
        """Go on with a new client of the driver, which knows nothing of what the old one knew.

        Gives the old one, to be kept until its questions are answered: the driver does not bear a
        client gone before that. Raises KafkaException where none can be made now.
        """
        old, self._client = self._client, admin_module.AdminClient(self._given)
        self.answered()
        return old

    def answered(self) -> None:
        """Somebody is there: what was said of brokers being away does not count any more."""
        self._are_all_away = False

    def look(self) -> None:
        """Hand on errors and remarks, so that they do not pile up. Never waits."""
        self._client.poll(0)

    def ask_oldest(self, topic: str, partitions: Sequence[int], timeout_s: float) -> Answers:
        """The oldest offsets kept; see `offset_of`. Does not wait."""
        return self._ask(topic, partitions, admin_module.OffsetSpec.earliest(), timeout_s)

    def ask_ends(self, topic: str, partitions: Sequence[int], timeout_s: float) -> Answers:
        """The next offsets to come, as far as can be read now; see `offset_of`. Does not wait."""
        return self._ask(topic, partitions, admin_module.OffsetSpec.latest(), timeout_s)

    def _ask(self, topic: str, partitions: Sequence[int], which: Any, timeout_s: float) -> Answers:
        wanted = {TopicPartition(topic, number): which for number in partitions}
        answers = self._client.list_offsets(
            wanted, isolation_level=IsolationLevel.READ_COMMITTED, request_timeout=timeout_s
        )
        return {place.partition: answer for place, answer in answers.items()}

    def _noted(self, error: KafkaError) -> None:
        self._are_all_away = self._are_all_away or error.name() == "_ALL_BROKERS_DOWN"
        if self._on_error is not None:
            self._on_error(error)

    def _known(self, *topic: str) -> Any:
        """What the brokers tell of themselves and of this topic, or of all topics."""
        start_s = time.monotonic()
        while True:
            try:
                found = self._client.list_topics(*topic, timeout=LOOK_S)
            except KafkaException:
                self.look()
                waited_s = time.monotonic() - start_s
                if waited_s > (ALL_AWAY_S if self._are_all_away else ANSWER_S):
                    raise
            else:
                self.look()
                self.answered()
                return found

    def topics(self) -> dict[str, int]:
        """How many partitions each topic has."""
        found = self._known().topics
        return {name: len(topic.partitions) for name, topic in found.items()}

    def partition_count(self, topic: str) -> int:
        """How many partitions a topic has."""
        found = self._known(topic).topics[topic]
        if found.error is not None:
            raise KafkaException(found.error)
        return len(found.partitions)

    def broker_ids(self) -> list[int]:
        """Numbers of the brokers that are up."""
        return sorted(self._known().brokers)

    def topic_settings(self, topic: str) -> dict[str, str]:
        """A topic's settings, defaults included."""
        return self._settings(admin_module.ResourceType.TOPIC, topic)

    def broker_settings(self, broker_id: int) -> dict[str, str]:
        """A broker's settings, defaults included; empty where it does not tell."""
        return self._settings(admin_module.ResourceType.BROKER, str(broker_id))

    def _settings(self, kind: Any, name: str) -> dict[str, str]:
        asked = admin_module.ConfigResource(kind, name)
        answers = self._client.describe_configs([asked], request_timeout=ANSWER_S)
        (answer,) = answers.values()
        entries = answer.result(ANSWER_S + MARGIN_S)
        return {key: entry.value for key, entry in entries.items() if entry.value is not None}

    def create_topic(
        self, name: str, partitions: int, replication: int, settings: Mapping[str, str]
    ) -> None:
        """Make a topic, and wait until it is made."""
        topic = admin_module.NewTopic(
            name, partitions, replication_factor=replication, config=dict(settings)
        )
        answers = self._client.create_topics(
            [topic], operation_timeout=ANSWER_S, request_timeout=ANSWER_S
        )
        answers[name].result(ANSWER_S + MARGIN_S)


def offset_of(answer: Future[Any]) -> int | KafkaError:
    """What was answered. The driver gives a senseless offset, and no error, when nobody did."""
    try:
        offset: int = answer.result(ANSWER_S + MARGIN_S).offset
    except KafkaException as problem:
        return problem.args[0]
    except TimeoutError:
        offset = -1
    return offset if offset >= 0 else KafkaError(KafkaError.REQUEST_TIMED_OUT)
