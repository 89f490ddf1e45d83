"""Clock skew as a state of a source."""

from tests.pipeline.building import MINUTE, SECOND, START, decoded, reading

from wardline.pipeline.skew import SkewWatch


def seen(watch: SkewWatch, ahead_ms: int, at: int) -> None:
    batch = decoded(reading(at=at + ahead_ms, source="m", heart_rate=80)).batch
    batch.received_at[:] = at
    watch.see(batch, batch.received_at)


def test_a_source_more_than_five_seconds_ahead_is_skewed_at_once():
    watch = SkewWatch()
    seen(watch, 5 * SECOND, START)
    assert watch.skewed(START) == {}
    seen(watch, 5_001, START)
    assert watch.skewed(START) == {("p", "m"): 5.001}


def test_a_source_that_is_behind_is_skewed_after_a_minute():
    watch = SkewWatch()
    for second in range(60):
        seen(watch, -6 * SECOND, START + second * SECOND)
    assert watch.skewed(START + 59 * SECOND) == {}
    seen(watch, -6 * SECOND, START + MINUTE)
    assert watch.skewed(START + MINUTE) == {("p", "m"): -6.0}


def test_one_reading_in_time_acquits_a_source_that_was_only_suspected():
    watch = SkewWatch()
    seen(watch, -6 * SECOND, START)
    seen(watch, 0, START + 30 * SECOND)
    seen(watch, -6 * SECOND, START + 31 * SECOND)
    seen(watch, -6 * SECOND, START + 61 * SECOND)
    assert watch.skewed(START + 61 * SECOND) == {}


def test_skew_ends_after_a_minute_without_such_a_reading():
    watch = SkewWatch()
    seen(watch, 10 * SECOND, START)
    seen(watch, 0, START + 30 * SECOND)
    assert watch.skewed(START + MINUTE) == {("p", "m"): 10.0}
    assert watch.skewed(START + MINUTE + 1) == {}
