from tests.engine.bedside import batch

from wardline.engine.engine import Engine
from wardline.engine.materialise import window_rows


def shown(findings):
    """(start in s, count, min, max, revision) of every emission, in order."""
    return [
        (row["start"] / 1000, int(row["count"]), int(row["min"]), int(row["max"]),
         int(row["revision"]))
        for row in findings.windows
    ]  # fmt: skip


def test_a_window_is_due_ten_seconds_after_its_end_and_a_late_value_corrects_it():
    """On the event clock.

    t   58   61   69   70                59
         |    |    |    |                 |
         a    b    c    d: window 0 is    e: late,
                        due, revision 0   window 0 again, revision 1
    """
    readings = [(second, {"heart_rate": second}) for second in (58, 61, 69, 70, 59)]
    outcome = Engine().process(batch(*readings))
    assert shown(outcome.findings) == [
        (0, 1, 58_000, 58_000, 0), (0, 2, 58_000, 59_000, 1),
    ]  # fmt: skip
    assert outcome.late.tolist() == [False, False, False, False, True]


def test_windows_without_values_are_not_emitted():
    engine = Engine()
    engine.process(batch((0, {"heart_rate": 80})))
    assert shown(engine.tick(600_000)) == [(0, 1, 80_000, 80_000, 0)]


def test_a_value_too_late_for_the_engine_is_left_to_the_store():
    engine = Engine()
    readings = [(second, {"heart_rate": 80}) for second in range(0, 1_200, 30)]
    engine.process(batch(*readings))
    outcome = engine.process(batch((5, {"heart_rate": 90})))
    assert len(outcome.findings.windows) == 0
    assert [int(row["start"]) for row in outcome.findings.recompute] == [0]
    assert outcome.late.tolist() == [True]


def test_windows_before_1970_are_aligned_to_the_epoch_too():
    engine = Engine()
    outcome = engine.process(batch((-61, {"heart_rate": 80}), (20, {"heart_rate": 81})))
    assert shown(outcome.findings) == [(-120, 1, 80_000, 80_000, 0)]


def test_a_mean_is_rounded_half_away_from_zero():
    engine = Engine()
    engine.process(batch((0, {"heart_rate": 80.001}), (1, {"heart_rate": 80.002})))
    (row,) = window_rows(engine.tick(70_000).windows, list(engine.patients))
    assert row[7] == 80_002
