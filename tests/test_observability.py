"""Logs are one line each and quote no reading."""

import logging
import sys

from wardline.observability import LINE_MAX, OneLineFormatter


def line(message: str, *values: object, exc_info: bool = False) -> str:
    info = sys.exc_info() if exc_info else None
    record = logging.LogRecord("wardline.x", logging.WARNING, "", 1, message, values, info)
    return OneLineFormatter().format(record)


def test_a_line_has_time_level_logger_and_message():
    text = line("took %d ms", 5)
    assert text.startswith("ts=2")
    assert text.endswith('Z level=warning logger=wardline.x msg="took 5 ms"')


def test_line_breaks_and_quotes_cannot_forge_a_line():
    text = line('a"\nlevel=error msg="b\u2028')
    assert text.splitlines() == [text]
    assert r"a\"\x0alevel=error msg=\"b\x2028" in text


def test_an_exception_is_named_with_its_places_but_not_quoted():
    try:
        _ = {}["patient-7"]
    except KeyError:
        text = line("broken", exc_info=True)
    assert "error=KeyError places=test_an_exception_is_named" in text
    assert "patient-7" not in text


def test_long_lines_are_cut():
    assert len(line("x" * 10_000)) == LINE_MAX
