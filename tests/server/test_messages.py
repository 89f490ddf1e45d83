import pytest

from wardline.server.messages import json_response, number, rfc3339


@pytest.mark.parametrize(
    ("thousandths", "shown"), [(36_500, 36.5), (120_000, 120), (-500, -0.5), (0, 0), (None, None)]
)
def test_numbers_are_as_short_as_they_can_be(thousandths, shown):
    assert number(thousandths) == shown
    assert type(number(thousandths)) is type(shown)


@pytest.mark.parametrize(
    ("ms", "text"), [
        (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (1_767_225_600_007, "2026-01-01T00:00:00.007Z"), (None, None),
    ],
)  # fmt: skip
def test_times_are_utc_with_milliseconds(ms, text):
    assert rfc3339(ms) == text


def test_content_is_sent_as_json():
    answer = json_response({"a": ["ä"]}, 422)
    assert (answer.status_code, answer.body) == (422, '{"a":["ä"]}'.encode())
    assert answer.media_type == "application/json"
