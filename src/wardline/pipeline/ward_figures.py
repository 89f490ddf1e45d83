"""What the whole ward counts: readings, how many were anomalous, alarms; over the last hour."""

from collections import deque
from dataclasses import dataclass

HOUR_MS = 3_600_000
RATE_MS = 10_000
STEP_MS = 1_000


@dataclass(slots=True)
class _Second:
    at: int
    readings: int = 0
    anomalous: int = 0
    alarms: int = 0


class WardFigures:
    """Counts by second; those older than an hour are forgotten, so there are at most 3,600."""

    def __init__(self, start_ms: int, stored_readings: int):
        self.since = start_ms
        self.readings_total = stored_readings
        self._seconds: deque[_Second] = deque()

    def count(self, now_ms: int, readings: int, anomalous: int, alarms: int) -> None:
        """Add what one commit brought."""
        self.readings_total += readings
        at = now_ms // STEP_MS * STEP_MS
        if not self._seconds or self._seconds[-1].at < at:
            self._seconds.append(_Second(at))
        newest = self._seconds[-1]
        newest.readings += readings
        newest.anomalous += anomalous
        newest.alarms += alarms
        self._forget(now_ms)

    def _forget(self, now_ms: int) -> None:
        while self._seconds and self._seconds[0].at < now_ms - HOUR_MS:
            self._seconds.popleft()

    def sums(self, now_ms: int) -> dict[str, float | int | None]:
        """Of the last hour or since the start: by the names of the live feed's `figures`."""
        self._forget(now_ms)
        readings = sum(second.readings for second in self._seconds)
        anomalous = sum(second.anomalous for second in self._seconds)
        alarms = sum(second.alarms for second in self._seconds)
        second = now_ms // STEP_MS * STEP_MS  # the one that runs is not over yet
        recent = sum(s.readings for s in self._seconds if second - RATE_MS <= s.at < second)
        span_ms = min(max(now_ms - self.since, 60_000), HOUR_MS)
        return {
            "readings_total": self.readings_total,
            "readings_per_s": round(recent * 1000 / RATE_MS, 1),
            "anomalous_share": round(anomalous / readings, 4) if readings else None,
            "alarms_per_hour": round(alarms * HOUR_MS / span_ms, 1),
        }
