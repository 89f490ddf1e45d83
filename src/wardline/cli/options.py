"""Options and value types that several commands share."""

import json
import re
import sys
from datetime import UTC, datetime
from typing import Any

import click

SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s|min|m|h|d)?\Z")

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object as the last line of stdout."
)


class Duration(click.ParamType[float]):
    """`90`, `90s`, `5m`, `2h`, `1d`; seconds as float."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds."""
        if isinstance(value, (int, float)):
            return float(value)
        match = _DURATION.match(value.strip())
        if match is None:
            self.fail(f"{value!r} is no duration; write 90s, 5m, 2h or 1d", param, ctx)
        return float(match[1]) * SECONDS[match[2] or "s"]


class Moment(click.ParamType[int]):
    """RFC 3339 time, or epoch milliseconds; milliseconds as int. Without an offset it is UTC."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Milliseconds since 1970 UTC."""
        if isinstance(value, int):
            return value
        if re.fullmatch(r"-?\d{5,16}", value):
            return int(value)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time; write 2026-01-31T08:00:00Z", param, ctx)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1000)


DURATION = Duration()
MOMENT = Moment()


def print_json(answer: dict[str, Any]) -> None:
    """The one JSON object of `--json`."""
    click.echo(json.dumps(answer, ensure_ascii=False))


def say(line: str) -> None:
    """Progress and remarks go to standard error."""
    click.echo(line, err=True)


def is_terminal() -> bool:
    """Whether somebody watches standard error."""
    return sys.stderr.isatty()
