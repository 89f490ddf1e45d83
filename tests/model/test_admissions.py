"""Risk B of whole records is the engine's; nothing prints a name."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.codecs.admitted import admission

from wardline.engine import scores as engine
from wardline.model.admissions import RISK_LEVELS, risk_of
from wardline.model.vitals import MISSING


def engines_risk(values: tuple[int, int, float, int, int]) -> tuple[int, str]:
    places = (
        engine.HEART_RATE, engine.SYSTOLIC_BP, engine.TEMPERATURE, engine.SPO2,
        engine.RESPIRATORY_RATE,
    )  # fmt: skip
    inputs = np.full((1, 13), MISSING, dtype=np.int32)
    for place, value in zip(places, values, strict=True):
        inputs[0, place] = round(value * 1000)
    parts, results = np.zeros((1, 7), np.int32), np.zeros((1, engine.RESULT_COUNT), np.int32)
    engine.score_all(engine.RISK_B, inputs, parts, results)
    return int(results[0, engine.TOTAL]) // 1000, RISK_LEVELS[results[0, engine.RISK]]


@given(
    st.integers(58, 102), st.integers(88, 142), st.integers(363, 382), st.integers(93, 97),
    st.integers(19, 22),
)  # fmt: skip
def test_the_risk_of_a_record_is_the_engines(heart, systolic, tenths, oxygen, breaths):
    values = (heart, systolic, tenths / 10, oxygen, breaths)
    assert risk_of(*values) == engines_risk(values)


def test_everything_wrong_scores_six_and_nothing_wrong_none():
    assert risk_of(59, 89, 36.4, 94, 21) == (6, "High")
    assert risk_of(60, 140, 38.0, 95, 20) == (0, "Low")


def test_an_admission_does_not_print_its_patients_name():
    assert "Kestrel" not in repr(admission(patient_name="Ari Kestrel"))


def test_only_the_status_discharged_ends_a_stay():
    assert admission(status="DISCHARGED").is_discharged
    assert not admission(status="Under Observation").is_discharged
