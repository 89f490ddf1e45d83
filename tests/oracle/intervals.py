"""How often something comes, and after how long a silence it is missed."""

import math

GAP_MAX = 3_600_000


def learnt(interval: float | None, gap: int) -> float | None:
    """The interval after one more gap between consecutive ones; short gaps teach nothing."""
    if gap < 1_000:
        return interval
    if interval is None:
        return float(min(gap, GAP_MAX))
    return interval + 0.3 * (min(gap, 4 * interval, GAP_MAX) - interval)


def threshold(floor: int, interval: float | None) -> int:
    return math.floor(max(floor, 2.5 * (interval or 0.0))) + 1
