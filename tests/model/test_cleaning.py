from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardline.model.cleaning import clean_values, thousandths
from wardline.model.vitals import MISSING, VITAL_COUNT, VITAL_INDEX


@given(st.decimals(min_value=-999_999, max_value=999_999, places=5))
def test_thousandths_round_the_decimal_text_half_away_from_zero(decimal):
    expected = int((decimal * 1000).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    assert thousandths(np.array([float(decimal)]))[0] == expected


@pytest.mark.parametrize(("number", "expected"), [
    (1.0005, 1001), (2.675, 2675), (0.0005, 1), (0.00049, 0), (-1.0005, -1001), (36.6, 36_600),
])  # fmt: skip
def test_ties_are_those_of_the_text_not_of_the_binary_number(number, expected):
    assert thousandths(np.array([number]))[0] == expected


def cleaned(vital, number):
    numbers = np.full((1, VITAL_COUNT), np.nan)
    numbers[0, VITAL_INDEX[vital]] = number
    values, na, bad = clean_values(numbers)
    bit = VITAL_INDEX[vital]
    return int(values[0, bit]), bool(na[0] >> bit & 1), bool(bad[0] >> bit & 1)


@pytest.mark.parametrize(("vital", "number", "expected"), [
    ("heart_rate", 0, (MISSING, False, True)), ("heart_rate", 0.001, (1, False, False)),
    ("heart_rate", 299.999, (299_999, False, False)), ("heart_rate", 300, (MISSING, False, True)),
    ("heart_rate", 0.0004, (MISSING, False, True)), ("respiratory_rate", 0, (0, False, False)),
    ("respiratory_rate", 150, (MISSING, False, True)), ("spo2", 100, (100_000, False, False)),
    ("spo2", 100.001, (MISSING, False, True)), ("temperature", 10, (MISSING, False, True)),
    ("temperature", 49.999, (49_999, False, False)), ("systolic_bp", 11647, (MISSING, False, True)),
    ("mean_bp", -8, (MISSING, False, True)), ("heart_rate", 1e300, (MISSING, False, True)),
])  # fmt: skip
def test_values_outside_the_hard_limits_are_bad_and_gone(vital, number, expected):
    assert cleaned(vital, number) == expected


@pytest.mark.parametrize("sentinel", [-999, -99.9, -1, -32768])
def test_device_sentinels_mean_not_available(sentinel):
    assert cleaned("spo2", sentinel) == (MISSING, True, False)


def test_what_is_not_measured_leaves_no_mark():
    assert cleaned("spo2", np.nan) == (MISSING, False, False)
