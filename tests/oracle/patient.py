"""One patient: what a reading, a command and time alone do, in the order of semantics.md."""

from tests.oracle import vitals
from tests.oracle.conditions import Conditions
from tests.oracle.readings import Reading
from tests.oracle.scores import Inputs
from tests.oracle.scoring import Scoring
from tests.oracle.settings import Settings
from tests.oracle.stay import Stay
from tests.oracle.windows import Windows

from wardline.model.policy import PRIORITY_NAMES
from wardline.model.vitals import VITAL_NAMES

LOW, MEDIUM, HIGH = PRIORITY_NAMES
CHECK_WAIT = 5_000


class Patient:
    """One patient. `line`: the greatest a or tick so far. `accepted`: key -> the reading."""

    def __init__(self):
        self.line = None
        self.arrivals = 0
        self.accepted = {}
        self.settings = Settings()
        self.conditions = Conditions()
        self.windows = Windows()
        self.scoring = Scoring()
        self.anomalies = []
        self.stay = Stay()
        self.expired_until = None
        self.scoring.forget(self.changing(0))

    # Readings

    def accept(self, reading: Reading, a: int) -> bool:
        """Everything one accepted reading does. Gives whether a value was late for its window."""
        is_current = self.is_current(reading, a)
        late = [self.measured(name, reading, a) for name in VITAL_NAMES]
        self.stay.context.take(reading, a)
        if is_current and reading.is_anomaly is not None:
            self.stay.context.flag = (a, reading.is_anomaly)
        if reading.age is not None:
            self.settings.age = reading.age
        self.signal(a, is_current=is_current)
        self.look(a)
        return any(late)

    def is_current(self, reading: Reading, a: int) -> bool:
        present = reading.values.keys() | reading.na | reading.bad
        current = [
            name in present and self.stay.of[name].is_current(reading, a) for name in VITAL_NAMES
        ]
        return any(current) or self.stay.context.has_current(reading, a)

    def measured(self, name: str, reading: Reading, a: int) -> bool:
        """One vital sign of a reading. Gives whether its value was late for its window."""
        late = False
        if name in reading.values:
            late = self.windows.add(name, reading.t, a, reading.values[name])
        one = self.stay.of[name]
        listens = one.listens_to(reading, stale=self.is_stale(name))
        if listens and one.is_current(reading, a):
            self.current(name, reading, a)
        elif listens and self.is_good(name, reading):
            one.chart_late(reading, a)
        return late

    @staticmethod
    def is_good(name: str, reading: Reading) -> bool:
        return name in reading.values and not vitals.is_suspect(name, reading.values[name])

    def current(self, name: str, reading: Reading, a: int):
        if self.is_good(name, reading):
            self.good(name, reading, a)
        elif name in reading.values or name in reading.bad:
            self.suspicious(name, a, reading.values.get(name))
        elif name in reading.na:
            self.not_available(name, reading, a)

    def not_available(self, name: str, reading: Reading, a: int):
        """Only the followed origin may say that its value is not available."""
        one = self.stay.of[name]
        is_live = one.held is not None and not self.is_stale(name)
        if is_live and one.na_since is None and one.origin == one.origin_of(reading):
            one.na_since = a

    def good(self, name: str, reading: Reading, a: int):
        one = self.stay.of[name]
        one.take(reading, a)
        self.judge_rules(name, a)
        self.end_check(name, a)
        self.end(f"{name}_stale", a, LOW, one.held)
        self.find_anomaly(name, a)
        if all(self.conditions.state(rule.name) == "normal" for rule in self.rules_of(name)):
            one.baseline.learn(one.held, a)

    def find_anomaly(self, name: str, a: int):
        one = self.stay.of[name]
        found = one.baseline.z(one.held)
        one.is_unusual = found is not None and abs(found[0]) > 3_000
        if one.is_unusual:
            z, mean, deviation = found
            self.anomalies.append((a, name, z, one.held, mean, deviation))

    # Limit rules

    def rules_of(self, name: str) -> list:
        return [rule for rule in self.settings.rules() if rule.vital == name]

    def judge_rules(self, name: str, a: int):
        for rule in self.rules_of(name):
            self.judge(rule, a)

    def judge(self, rule, a: int):
        one = self.stay.of[rule.vital]
        if rule.limit is not None:
            happened = rule.judge(one.held)
            self.conditions.step(rule, happened, a, one.held, arterial=one.arterial)

    def limit_time(self, rule, due: int):
        held = self.stay.of[rule.vital].held
        self.conditions.step(rule, "time", due, held, arterial=False)

    # Technical conditions

    def is_stale(self, name: str) -> bool:
        return self.conditions.state(f"{name}_stale") == "active"

    def end(self, name: str, at: int, priority: str, value: int | None = None):
        if self.conditions.state(name) != "normal":
            self.conditions.move(name, at, "normal", priority, value)

    def check_priority(self, name: str) -> str:
        return HIGH if name in vitals.CHECKED_BY_TIME else LOW

    def suspicious(self, name: str, a: int, value: int | None):
        check = self.conditions.of[f"check_{name}"]
        check.value = value
        goal = {"normal": "pending", "unknown": "active"}.get(check.state)
        if check.state == "pending" and a >= check.since + CHECK_WAIT:
            goal = "active"
        if goal is not None:
            self.conditions.move(f"check_{name}", a, goal, self.check_priority(name), value)
        if goal == "pending" and name in vitals.CHECKED_BY_TIME:
            check.due = a + CHECK_WAIT

    def check_time(self, name: str, due: int):
        value = self.conditions.of[f"check_{name}"].value
        self.conditions.move(f"check_{name}", due, "active", self.check_priority(name), value)

    def end_check(self, name: str, at: int):
        value = self.conditions.of[f"check_{name}"].value
        self.end(f"check_{name}", at, self.check_priority(name), value)

    def go_stale(self, name: str, due: int):
        one = self.stay.of[name]
        self.conditions.move(f"{name}_stale", due, "active", LOW, one.held)
        one.na_since = None
        for rule in self.rules_of(name):
            self.conditions.step(rule, "stale", due, one.held, arterial=False)

    def go_silent(self, due: int):
        self.conditions.move("no_signal", due, "active", MEDIUM)
        for name in VITAL_NAMES:
            check = self.conditions.of[f"check_{name}"]
            goal = {"active": "unknown", "pending": "normal"}.get(check.state)
            if goal is not None:
                priority = self.check_priority(name)
                self.conditions.move(f"check_{name}", due, goal, priority, check.value)

    def signal(self, a: int, *, is_current: bool):
        """No signal, data late and the interval of readings after an accepted reading."""
        stay = self.stay
        if is_current:
            self.end("no_signal", a, MEDIUM)
            self.end("data_late", a, HIGH)
            stay.is_late_counting, stay.late_due = False, None
        elif not stay.is_late_counting:
            stay.is_late_counting, stay.late_due = True, a + stay.threshold()
        stay.learn_interval(a)

    def go_late(self, due: int):
        self.stay.late_due = None
        self.conditions.move("data_late", due, "active", HIGH)

    # Scores

    def heart_rate(self, at: int) -> int | None:
        """The heart rate of scores: the heart rate or the pulse."""
        names = ("heart_rate", "pulse_rate")
        counting = [name for name in names if self.stay.counting(name, at) is not None]
        live = [name for name in counting if not self.is_stale(name)]
        if live:
            return self.stay.counting(live[0], at)
        counting.sort(key=lambda name: self.stay.of[name].score_input[0], reverse=True)
        return self.stay.counting(counting[0], at) if counting else None

    def counting(self, at: int) -> dict[str, int]:
        values = {name: self.stay.counting(name, at) for name in VITAL_NAMES}
        return {name: value for name, value in values.items() if value is not None}

    def inputs(self, at: int) -> Inputs:
        values = self.counting(at)
        context = self.stay.context
        return Inputs(
            values | {"heart_rate": self.heart_rate(at)},
            context.said("on_oxygen", at),
            context.said("consciousness", at),
            self.settings.spo2_scale,
            self.settings.age,
            self.settings.pregnant,
            frozenset(name for name in values if self.stay.of[name].is_unusual),
            context.producer_flag(at),
        )

    def changing(self, at: int) -> tuple:
        """What marks the patient when it differs."""
        return self.inputs(at), self.counting(at)

    def look(self, at: int):
        self.scoring.look(self.inputs(at), self.changing(at), at)

    # A new stay

    def discharge(self, a: int):
        """Everything that is not normal ends, and what was learnt is forgotten."""
        for name in self.conditions.of:
            self.conditions.of[name].due = None
        for rule in self.settings.rules():
            if self.conditions.state(rule.name) != "normal":
                held = self.stay.of[rule.vital].held
                self.conditions.move(rule.name, a, "normal", rule.priority, held, rule.limit)
        for name in VITAL_NAMES:
            self.end_check(name, a)
        for name in VITAL_NAMES:
            self.end(f"{name}_stale", a, LOW, self.stay.of[name].held)
        self.end("no_signal", a, MEDIUM)
        self.end("data_late", a, HIGH)
        self.stay = Stay()
        self.scoring.forget(self.changing(a))
