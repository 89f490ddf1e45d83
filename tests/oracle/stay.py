"""What a discharge forgets."""

from dataclasses import dataclass, field

from tests.oracle.context import Context
from tests.oracle.intervals import learnt, threshold
from tests.oracle.measured import Measured

from wardline.model.vitals import VITAL_NAMES

SILENCE_FLOOR = 30_000


@dataclass
class Stay:
    """One stay. `last_reading`: a of the last accepted one. `late_due`: when late is too late."""

    of: dict[str, Measured] = field(
        default_factory=lambda: {name: Measured(name) for name in VITAL_NAMES}
    )
    context: Context = field(default_factory=Context)
    last_reading: int | None = None
    interval: float | None = None
    late_due: int | None = None
    is_late_counting: bool = False

    def threshold(self) -> int:
        return threshold(SILENCE_FLOOR, self.interval)

    def learn_interval(self, a: int):
        if self.last_reading is not None:
            self.interval = learnt(self.interval, a - self.last_reading)
        self.last_reading = a

    def counting(self, name: str, at: int) -> int | None:
        """The value of a vital sign that scores may use."""
        one = self.of[name]
        if one.score_input is None or at >= one.expiry():
            return None
        return one.score_input[1]

    def expiries(self) -> list[int]:
        inputs = [one.expiry() for one in self.of.values() if one.score_input]
        return inputs + self.context.expiries()
