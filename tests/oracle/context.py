"""Charted context and the producer's flag: what people and senders say beside the numbers."""

from dataclasses import dataclass, field

from tests.oracle.readings import CHARTED_CURRENT_MAX, Reading
from tests.oracle.vitals import CONTEXT_SCORE_AGE

FLAG_AGE = 600_000
IN_SCORES = ("on_oxygen", "consciousness")
MARKABLE = (*IN_SCORES, "fio2")


@dataclass
class Context:
    """`in_use`: name -> (m, what was said). `flag`: (a, producer flag)."""

    in_use: dict[str, tuple] = field(default_factory=dict)
    flag: tuple[int, bool] | None = None

    def is_current(self, name: str, reading: Reading, a: int) -> bool:
        if a - reading.t > CHARTED_CURRENT_MAX:
            return False
        return name not in self.in_use or min(reading.t, a) >= self.in_use[name][0]

    def take(self, reading: Reading, a: int):
        """Current words enter scores, and late ones that are newer and not too old."""
        m = min(reading.t, a)
        for name in IN_SCORES:
            said = getattr(reading, name)
            if said is None:
                continue
            newer = name not in self.in_use or m > self.in_use[name][0]
            in_time = newer and a - m < CONTEXT_SCORE_AGE
            if self.is_current(name, reading, a) or in_time:
                self.in_use[name] = (m, said)

    def has_current(self, reading: Reading, a: int) -> bool:
        """Whether a field of context, or a mark on one, is current."""
        marked = reading.na | reading.bad
        stated = [n for n in MARKABLE if getattr(reading, n) is not None or n in marked]
        return any(self.is_current(name, reading, a) for name in stated)

    def said(self, name: str, at: int):
        m, said = self.in_use.get(name, (None, None))
        return said if m is not None and at - m < CONTEXT_SCORE_AGE else None

    def producer_flag(self, at: int) -> bool | None:
        a, flag = self.flag or (None, None)
        return flag if a is not None and at - a < FLAG_AGE else None

    def expiries(self) -> list[int]:
        found = [m + CONTEXT_SCORE_AGE for m, _ in self.in_use.values()]
        return [*found, self.flag[0] + FLAG_AGE] if self.flag else found
