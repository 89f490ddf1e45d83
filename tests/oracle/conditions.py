"""Conditions of one patient, their states and their transitions."""

from dataclasses import dataclass

from tests.oracle.settings import Rule

from wardline.model.policy import CONDITION_NAMES

# (state, what happened) -> next state. "begin": active at once or pending, by the rule's delay.
# "finish": normal at once or clearing, by the rule's clear time. Not listed: nothing changes.
STEPS = {
    ("normal", "breach"): "begin",
    ("pending", "within"): "normal",
    ("pending", "cleared"): "normal",
    ("pending", "time"): "active",
    ("pending", "stale"): "normal",
    ("active", "cleared"): "finish",
    ("active", "stale"): "unknown",
    ("clearing", "breach"): "active",
    ("clearing", "within"): "active",
    ("clearing", "time"): "normal",
    ("clearing", "stale"): "unknown",
    ("unknown", "breach"): "active",
    ("unknown", "within"): "active",
    ("unknown", "cleared"): "finish",
}


@dataclass
class Condition:
    """Where a condition stands. `due`: when time alone moves it. `since`: when pending began.

    `value`: for a check, the last suspect value (None = it was removed).
    """

    state: str = "normal"
    due: int | None = None
    onset: int | None = None
    since: int | None = None
    value: int | None = None


@dataclass(frozen=True)
class Transition:
    """One change of state."""

    seq: int
    at: int
    name: str
    state: str
    priority: str
    value: int | None
    limit: int | None
    onset: int | None


class Conditions:
    """All conditions of one patient by name, and the transitions so far."""

    def __init__(self):
        self.of = {name: Condition() for name in CONDITION_NAMES}
        self.transitions = []

    def state(self, name: str) -> str:
        return self.of[name].state

    def move(self, name: str, at: int, state: str, priority: str, value=None, limit=None):
        """Enter a state. Onset is kept until and including the normal that ends it."""
        condition = self.of[name]
        if state == "active" and condition.onset is None:
            condition.onset = at
        seq = len(self.transitions) + 1
        self.transitions.append(
            Transition(seq, at, name, state, priority, value, limit, condition.onset)
        )
        condition.state = state
        condition.due = None
        if state == "pending":
            condition.since = at
        if state == "normal":
            condition.onset = condition.since = None

    def step(self, rule: Rule, happened: str, at: int, value: int | None, *, arterial: bool):
        """Move a limit rule by the table; `value` is the held value."""
        goal = STEPS.get((self.state(rule.name), happened))
        delay = rule.arterial_delay if arterial else rule.delay
        wait = {"begin": delay, "finish": rule.clear}.get(goal, 0)
        waiting = {"begin": "pending", "finish": "clearing"}
        at_once = {"begin": "active", "finish": "normal"}
        if goal in waiting:
            goal = waiting[goal] if wait else at_once[goal]
        if goal is not None:
            self.move(rule.name, at, goal, rule.priority, value, rule.limit)
            self.of[rule.name].due = at + wait if wait else None
