"""Short words for examples worked by hand; times are seconds, values in their unit."""

from tests.oracle.oracle import Oracle
from tests.oracle.readings import Reading

S = 1_000


def told(*seconds_and_values: tuple[float, float], vital: str = "spo2", **stated) -> Oracle:
    """An oracle given one value after the other on the event clock."""
    oracle = Oracle()
    for second, value in seconds_and_values:
        oracle.reading(reading(second, {vital: value}, **stated))
    return oracle


def reading(
    second: float, values: dict | None = None, at: float | None = None, **stated
) -> Reading:
    t = int(second * S)
    received_at = t if at is None else int(at * S)
    fixed = {name: int(value * 1000) for name, value in (values or {}).items()}
    return Reading("p", t, received_at, values=fixed, **stated)


def moves(oracle: Oracle, *names: str) -> list[tuple]:
    """(second, condition, state) of all transitions, or of those of some conditions."""
    rows = [(at / S, name, state) for _, _, at, name, state, *_ in oracle.findings()["transitions"]]
    return [row for row in rows if not names or row[1] in names]


def scored(oracle: Oracle, name: str) -> list[tuple]:
    """(second, total, at_least, risk) of all findings of one score."""
    rows = oracle.findings()["scores"]
    return [(row[1] / S, row[3], row[4], row[6]) for row in rows if row[2] == name]
