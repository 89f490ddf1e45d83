"""What is known of one vital sign of one patient during one stay."""

from dataclasses import dataclass, field

from tests.oracle import vitals
from tests.oracle.baseline import Baseline
from tests.oracle.intervals import learnt, threshold
from tests.oracle.readings import CHARTED_CURRENT_MAX, CURRENT_MAX, Reading

NA_WAIT = 5_000


@dataclass
class Measured:
    """One vital sign. `held`: the last current good followed value. `origin`: who is followed.

    `newest`: the greatest m of current good values. `last_good`: a of the held value.
    `score_input`: (m, value) that scores use. `is_unusual`: the z flag of the held value.
    """

    name: str
    held: int | None = None
    origin: tuple | None = None
    arterial: bool = False
    newest: int | None = None
    last_good: int | None = None
    interval: float | None = None
    na_since: int | None = None
    score_input: tuple[int, int] | None = None
    is_unusual: bool = False
    baseline: Baseline = field(init=False)

    def __post_init__(self):
        self.baseline = Baseline(self.name)

    def is_current(self, reading: Reading, a: int) -> bool:
        charted = vitals.is_charted(self.name, arterial=reading.is_arterial)
        age_max = CHARTED_CURRENT_MAX if charted else CURRENT_MAX
        m = min(reading.t, a)
        return a - reading.t <= age_max and (self.newest is None or m >= self.newest)

    def origin_of(self, reading: Reading) -> tuple:
        return vitals.origin(self.name, reading.source, arterial=reading.is_arterial)

    def listens_to(self, reading: Reading, *, stale: bool) -> bool:
        """Whether a reading comes from the followed origin or from one that may take over."""
        if self.origin is None or stale or self.origin == self.origin_of(reading):
            return True
        pressure = self.name in vitals.PRESSURES
        return pressure and reading.is_arterial and not self.arterial

    def take(self, reading: Reading, a: int):
        """A current good value becomes the held one."""
        if self.origin != self.origin_of(reading):
            self.interval = None
            self.origin = self.origin_of(reading)
            self.arterial = reading.is_arterial
        elif self.last_good is not None:
            self.interval = learnt(self.interval, a - self.last_good)
        m = min(reading.t, a)
        self.held = reading.values[self.name]
        self.newest = m if self.newest is None else max(self.newest, m)
        self.score_input = (m, self.held)
        self.last_good = a
        self.na_since = None

    def chart_late(self, reading: Reading, a: int):
        """A late charted value enters scores if newer than the one in use, and not too old."""
        if not vitals.is_charted(self.name, arterial=reading.is_arterial):
            return
        m = min(reading.t, a)
        newer = self.score_input is None or m > self.score_input[0]
        if newer and a - m < vitals.score_age(self.name):
            self.score_input = (m, reading.values[self.name])

    def stale_due(self) -> int | None:
        """When it goes stale if nothing comes."""
        if self.last_good is None:
            return None
        floor = vitals.stale_floor(self.name, arterial=self.arterial)
        due = self.last_good + threshold(floor, self.interval)
        return due if self.na_since is None else min(due, self.na_since + NA_WAIT)

    def expiry(self) -> int | None:
        """When its value leaves the scores."""
        return self.score_input and self.score_input[0] + vitals.score_age(self.name)
