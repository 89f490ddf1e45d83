import numpy as np
import pytest
from tests.engine.bedside import batch

from wardline.engine import causes
from wardline.engine.engine import Engine
from wardline.engine.explain import number, reason, span
from wardline.engine.materialise import transition_rows
from wardline.model.findings import TRANSITION
from wardline.model.policy import CHECK_BASE, DATA_LATE, NO_SIGNAL, RULE_COUNT, STALE_BASE


def sentences(*readings, until):
    engine = Engine()
    outcome = engine.process(batch(*readings))
    found = [outcome.findings, engine.tick(until * 1000)]
    rows = [row for one in found for row in transition_rows(one.transitions, list(engine.patients))]
    return [(row[3], row[4], row[10]) for row in rows]


def test_a_low_saturation_is_told_from_pending_to_active():
    told = sentences((0, {"spo2": 95}), (4, {"spo2": 88}), (9, {"spo2": 87}), until=14)
    assert told == [
        ("spo2_low", "pending",
         "Oxygen saturation 88 % is below the lower limit of 90 %; alarm in 10 s if it stays so."),
        ("spo2_low", "active",
         "Oxygen saturation has stayed below the lower limit of 90 %, now 87 %."),
    ]  # fmt: skip


def test_silence_is_told():
    told = sentences((0, {"heart_rate": 80}), until=31)
    assert told == [
        ("heart_rate_stale", "active", "No new heart rate for 15 s; the last value was 80/min."),
        ("no_signal", "active", "No reading has arrived for 30 s."),
    ]


@pytest.mark.parametrize(("value", "text"), [
    (36_600, "36.6"), (120_000, "120"), (-500, "-0.5"), (1, "0.001"), (0, "0"),
])  # fmt: skip
def test_numbers_are_written_as_people_write_them(value, text):
    assert number(value) == text


@pytest.mark.parametrize(("duration_ms", "text"), [
    (15_001, "15 s"), (119_999, "119 s"), (120_000, "2 min"), (7_199_999, "119 min"),
    (7_200_000, "2 h"),
])  # fmt: skip
def test_spans_are_written_in_the_unit_that_fits(duration_ms, text):
    assert span(duration_ms) == text


RULE_CAUSES = [
    causes.BREACHED, causes.HELD, causes.RETURNED, causes.INSIDE, causes.CLEARED, causes.AGAIN,
    causes.WENT_STALE, causes.SWITCHED_OFF, causes.DISCHARGED,
]  # fmt: skip
OTHERS = [
    *((CHECK_BASE + 3, cause) for cause in (
        causes.SUSPECT, causes.SUSPECT_HELD, causes.GOOD, causes.SILENT, causes.DISCHARGED)),
    *((STALE_BASE + 3, cause) for cause in (
        causes.SILENT, causes.UNAVAILABLE, causes.GOOD, causes.DISCHARGED)),
    *((NO_SIGNAL, cause) for cause in (causes.SILENT, causes.SIGNAL, causes.DISCHARGED)),
    *((DATA_LATE, cause) for cause in (causes.OLD, causes.SIGNAL, causes.DISCHARGED)),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "cause"), [
    *((rule, cause) for rule in range(RULE_COUNT) for cause in RULE_CAUSES), *OTHERS,
])  # fmt: skip
def test_every_condition_and_cause_has_one_plain_sentence(condition, cause):
    row = np.zeros((), dtype=TRANSITION)
    row["condition"], row["cause"], row["value"], row["limit"] = condition, cause, 91_500, 90_000
    row["detail"] = 10_000
    sentence = reason(row)
    assert sentence.endswith(".")
    assert sentence[0].isupper()
    assert "{" not in sentence
