"""What is usual for one patient and vital sign."""

import math

FLOORS = {
    "heart_rate": 3.0, "pulse_rate": 3.0, "respiratory_rate": 1.5, "spo2": 0.7,
    "systolic_bp": 5.0, "diastolic_bp": 4.0, "mean_bp": 4.0, "temperature": 0.15,
}  # fmt: skip
LEARNT_MIN = 30


def to_thousandths(number: float) -> int:
    """Half away from zero."""
    size = math.floor(abs(number) * 1000 + 0.5)
    return -size if number < 0 else size


class Baseline:
    """A mean and a variance that forget with a half-life of 15 minutes."""

    def __init__(self, vital: str):
        self.floor = FLOORS[vital]
        self.count = 0
        self.mean = 0.0
        self.variance = 0.0
        self.last_a = None

    def z(self, value: int) -> tuple[int, int, int] | None:
        """(z, usual mean, usual deviation) in thousandths, once enough was learnt."""
        if self.count < LEARNT_MIN:
            return None
        deviation = max(math.sqrt(self.variance), self.floor)
        z = (value / 1000 - self.mean) / deviation
        return to_thousandths(z), to_thousandths(self.mean), to_thousandths(deviation)

    def learn(self, value: int, a: int):
        self.count += 1
        weight = 1.0
        if self.count > 1:
            gap = min(a - self.last_a, 60_000)
            weight = max(1 - 2.0 ** (-gap / 900_000), 1 / self.count)
        difference = value / 1000 - self.mean
        self.mean += weight * difference
        self.variance = (1 - weight) * (self.variance + weight * difference * difference)
        self.last_a = a
