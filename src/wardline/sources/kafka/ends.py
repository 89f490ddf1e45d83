"""Where partitions end, asked a few times a second without waiting for the answer.

Asking is also how a broker that is frozen, not dead, is noticed: it keeps its connections open.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Any

from wardline.pipeline.partitions import LogUnavailableError
from wardline.sources.kafka.administrator import ANSWER_S, Administrator, Answers, offset_of
from wardline.sources.kafka.driver import KafkaError, KafkaException
from wardline.sources.kafka.troubles import Troubles

ASK_EVERY_S = 0.25
ANSWER_MAX_S = 5.0
"""A question that is not answered for so long is asked anew."""
PATIENCE_S = 2.0
"""A partition may be without a leader for so long before that is a problem."""
SILENCE_S = 5.0
"""Without an answer for so long there is a problem."""
RENEW_AFTER_S = 10.0
"""Without all answers for so long the client is replaced, and at most so often: after a broker had
stood still, one was seen to find no topic for a minute while others found it."""
GIVEN_UP_MAX = 4
"""Clients kept because something they were asked is open; with so many none is replaced."""


@dataclass(frozen=True, slots=True)
class _Question:
    asked_ms: int
    asked_s: float
    answers: Answers


class EndWatch:
    """The newest known end of every partition, and up to when each was read to its end.

    All methods belong to one thread. `positions`: the next offset to be polled, where it is known.
    """

    def __init__(self, client: Administrator, topic: str, troubles: Troubles):
        self._client = client
        self._topic = topic
        self._troubles = troubles
        self._question: _Question | None = None
        self._next_s = 0.0
        self._unanswered_s: float | None = None
        """When the first question was asked that nobody has answered since."""
        self._well_s = self._looked_s = self._renewed_s = time.monotonic()
        """When all partitions were answered for, when somebody looked, when the client was new."""
        self._given_up: list[tuple[Any, Answers]] = []
        self._ends: dict[int, int] = {}
        self._goals: dict[int, tuple[int, int]] = {}
        """(an end, when it was asked for): one a partition, the first that is not reached yet."""
        self._reached_ms: dict[int, int] = {}

    def look(self, partitions: Sequence[int], positions: Mapping[int, int]) -> None:
        """Take answers that have come, and ask anew if it is time. Never waits."""
        self._client.look()
        now_s = time.monotonic()
        if self._question and _are_done(self._question.answers):
            self._take(self._question, positions)
            self._question = None
        self._renew_if_lost(now_s)
        if self._question is None and now_s >= self._next_s:
            self._ask(partitions or (0,), now_s)
        if self._unanswered_s is not None and now_s - self._unanswered_s > SILENCE_S:
            self._troubles.silent(now_s - self._unanswered_s)

    def _renew_if_lost(self, now_s: float) -> None:
        self._given_up = [each for each in self._given_up if not _are_done(each[1])]
        if now_s - self._looked_s > SILENCE_S:
            self._renewed_s = now_s  # Nobody looked: that says nothing of the client.
        self._looked_s = now_s
        is_lost = now_s - max(self._well_s, self._renewed_s) > RENEW_AFTER_S
        if is_lost and len(self._given_up) < GIVEN_UP_MAX:
            self._renewed_s = now_s
            self._renew()

    def _renew(self) -> None:
        """Start over with another client; what the old one was asked does not count any more."""
        answers = self._question.answers if self._question else {}
        try:
            self._given_up.append((self._client.renew(), answers))
        except KafkaException as problem:
            self._troubles.note(problem.args[0])
        else:
            self._question = None

    def close(self) -> None:
        """Wait for what was asked last: the driver does not bear a client gone before that."""
        asked = [self._question.answers] if self._question else []
        asked += [answers for _, answers in self._given_up]
        wait([answer for answers in asked for answer in answers.values()], ANSWER_MAX_S)
        self._question = None

    def forget(self, partition: int) -> None:
        """It is read from elsewhere from now on, or not at all."""
        self._goals.pop(partition, None)
        self._reached_ms.pop(partition, None)

    def reached_ms(self, positions: Mapping[int, int]) -> dict[int, int]:
        """When partitions were last known to have no more than was polled, ms since 1970 UTC."""
        for partition, position in positions.items():
            goal = self._goals.get(partition)
            if goal is not None and position >= goal[0]:
                self._reached_ms[partition] = goal[1]
                del self._goals[partition]
        return {p: at for p, at in self._reached_ms.items() if p in positions}

    def lag(self, positions: Mapping[int, int]) -> dict[int, int]:
        """Messages between position and newest known end."""
        known = {p: self._ends[p] for p in positions if p in self._ends}
        return {p: max(0, end - positions[p]) for p, end in known.items()}

    def _ask(self, partitions: Sequence[int], now_s: float) -> None:
        asked_ms = time.time_ns() // 1_000_000
        answers = self._client.ask_ends(self._topic, partitions, ANSWER_MAX_S)
        self._question = _Question(asked_ms, now_s, answers)
        self._next_s = now_s + ASK_EVERY_S
        if self._unanswered_s is None:
            self._unanswered_s = now_s

    def _take(self, question: _Question, positions: Mapping[int, int]) -> None:
        self.reached_ms(positions)
        errors: list[KafkaError] = []
        for partition, answer in question.answers.items():
            end = offset_of(answer)
            if isinstance(end, int):
                self._ends[partition] = end
                self._goals.setdefault(partition, (end, question.asked_ms))
            else:
                errors.append(end)
        self._judge(errors, len(question.answers))
        self.reached_ms(positions)

    def _judge(self, errors: list[KafkaError], count: int) -> None:
        if len(errors) < count:
            self._unanswered_s = None
        now_s = time.monotonic()
        if not errors:
            self._well_s = now_s
            self._client.answered()
            self._troubles.answered()
        elif now_s - self._well_s > PATIENCE_S:
            for error in errors:
                self._troubles.note(error)


def _are_done(answers: Answers) -> bool:
    return all(answer.done() for answer in answers.values())


def end_offsets(
    client: Administrator, topic: str, partitions: Sequence[int], troubles: Troubles
) -> dict[int, tuple[int, int]]:
    """(oldest offset kept, next offset) of each. Raises LogUnavailableError."""
    oldest = client.ask_oldest(topic, partitions, ANSWER_S)
    ends = client.ask_ends(topic, partitions, ANSWER_S)

    def told(answer: Future[Any]) -> int:
        offset = offset_of(answer)
        if isinstance(offset, int):
            return offset
        raise LogUnavailableError(troubles.plain(offset))

    return {number: (told(oldest[number]), told(ends[number])) for number in partitions}
