from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardline.codecs.timestamps import TIME_HIGH, TIME_LOW, parse_time

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

moments = st.datetimes(
    datetime(1900, 1, 2),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(2300, 12, 30),  # noqa: DTZ001 - Hypothesis adds the zone
    timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@given(moment=moments)
def test_rfc_3339_texts_of_any_offset_are_cut_to_milliseconds(moment):
    assert parse_time(moment.isoformat()) == (moment - EPOCH) // timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01Z", 1000), ("1970-01-01 00:00:01", 1000), ("1970-01-01t00:00:01z",
        1000),
        ("1970-01-01T00:00:00.9999999Z", 999), ("1970-01-01T00:00:00.5+00:00", 500),
        ("1969-12-31T23:59:59.9999Z", -1), ("1970-01-01T05:30:00+05:30", 0),
        ("1900-01-01T00:00:00Z", TIME_LOW), ("2300-12-31T23:59:59.9999Z", TIME_HIGH),
    ],
)  # fmt: skip
def test_examples_of_texts(text, expected):
    assert parse_time(text) == expected


@pytest.mark.parametrize(("number", "expected"), [(0, 0), (1500.9, 1500), (-1500.9, -1500)])
def test_numbers_are_epoch_milliseconds_cut_to_whole_ones(number, expected):
    assert parse_time(number) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        "", "now", "2024-01-01", "2024-01-01T00:00Z", "2024-13-01T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2024-01-01T24:00:00Z", "2024-01-01T00:00:60Z", "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00+24:00",
        "2024-01-01T00:00:00+0100", "٢٠٢٤-01-01T00:00:00Z", "2024-01-01T00:00:00Z ",
        "1704067200000",
        "2024-01-01T00:00:00." + "0" * 100 + "Z", "0000-01-01T00:00:00Z",
        "1899-12-31T23:59:59Z", "2301-01-01T00:00:00Z", TIME_LOW - 1, TIME_HIGH + 1, 10**40,
        float("nan"), float("inf"), True, None, [],
    ],
)  # fmt: skip
def test_anything_else_is_refused(wrong):
    with pytest.raises(ValueError, match=r"\w"):
        parse_time(wrong)
