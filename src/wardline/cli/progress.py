"""Progress on standard error: a bar on a terminal, a plain line now and then otherwise."""

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from wardline.cli.options import is_terminal, say

LINE_EVERY_S = 5.0
LOOK_EVERY_S = 0.1


class ProgressLine:
    """How far something is: `update(share, note)` as often as one likes."""

    def __init__(self, title: str):
        self._title = title
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._next_s = time.monotonic() + LINE_EVERY_S

    def __enter__(self) -> Self:
        if is_terminal():
            columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
            note = TextColumn("{task.fields[note]}")
            self._bar = Progress(*columns, note, console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task(self._title, total=1.0, note="")
            self._bar.start()
            self._next_s = 0.0
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, share: float, note: str) -> None:
        """`share` of the whole, from 0 to 1, is done."""
        now_s = time.monotonic()
        if now_s < self._next_s:
            return
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=min(share, 1.0), note=note)
            self._next_s = now_s + LOOK_EVERY_S
        else:
            say(f"{self._title}: {min(share, 1.0):.0%} {note}")
            self._next_s = now_s + LINE_EVERY_S
