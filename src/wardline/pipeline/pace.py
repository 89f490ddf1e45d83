"""How fast counters grow, as their newest seconds say."""

from collections.abc import Mapping

WINDOW_S = 10.0
"""What "now" means for a rate."""

SAMPLE_EVERY_S = 0.8
"""Samples that come closer together are left out: every second means a little less than one."""

SAMPLES_MAX = 16
"""Kept at most; beyond it the oldest are forgotten."""


class Pace:
    """`note` belongs to one thread, everything else may be asked by any."""

    def __init__(self) -> None:
        self._samples: tuple[tuple[float, Mapping[str, float]], ...] = ()

    def note(self, now_s: float, counters: Mapping[str, float]) -> None:
        """What counters say now, by a clock that never goes back."""
        samples = self._samples
        if samples and now_s - samples[-1][0] < SAMPLE_EVERY_S:
            return
        recent = [sample for sample in samples if now_s - sample[0] <= WINDOW_S]
        self._samples = (*recent, (now_s, dict(counters)))[-SAMPLES_MAX:]

    def per_second(self, name: str, now_s: float) -> float | None:
        """How fast a counter grows; None before there are two samples, or without new ones."""
        samples = self._samples
        if len(samples) < 2 or now_s - samples[-1][0] > WINDOW_S:
            return None
        return self._grown(name) / (samples[-1][0] - samples[0][0])

    def mean(self, total: str, count: str) -> float | None:
        """What one of those counted lately took; None if there was none."""
        counted = self._grown(count)
        return self._grown(total) / counted if counted > 0 else None

    def _grown(self, name: str) -> float:
        """A counter that began anew counts as one that stood still."""
        samples = self._samples
        if not samples:
            return 0.0
        return max(0.0, samples[-1][1].get(name, 0.0) - samples[0][1].get(name, 0.0))
