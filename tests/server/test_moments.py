import pytest

from wardline.server.moments import moment_ms


@pytest.mark.parametrize(
    ("text", "ms"), [
        ("0", 0), ("-1000", -1000), ("1767225600000", 1_767_225_600_000),
        ("1970-01-01T00:00:01Z", 1000), ("1970-01-01T00:00:01", 1000),
        ("1970-01-01 00:00:01", 1000), ("1970-01-01T00:00:01.9999Z", 1999),
        ("1970-01-01T02:00:00+02:00", 0), ("1970-01-01T02:00:00 02:00", 0),
        ("1970-01-01 02:00:00 02:00", 0), ("1969-12-31T19:00:00-05:00", 0),
    ],
)  # fmt: skip
def test_a_moment_is_rfc_3339_or_milliseconds(text, ms):
    assert moment_ms(text) == ms


@pytest.mark.parametrize(
    "text", ["", "now", "1e3", "2026-01-01", "\u0661", "1970-01-01T25:00:00Z", "9" * 30]
)
def test_anything_else_is_no_moment(text):
    with pytest.raises(ValueError):
        moment_ms(text)
