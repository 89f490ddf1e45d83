"""A live feed behind an engine's loop, both driven step by step: no thread, no waiting."""

from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import numpy as np
from tests.oracle import Reading
from tests.pipeline.building import FailingStore, HandClock, memory
from tests.pipeline.screen import Screen
from tests.streams.steps import Step, Tick, batch_of

from wardline.model.commands import Command
from wardline.model.decoded import Decoded
from wardline.model.names import Names
from wardline.model.pictures import PatientPicture
from wardline.model.readings import RawTexts
from wardline.pipeline.feed import LiveFeed
from wardline.pipeline.hub import Cursor
from wardline.pipeline.inbox import Arrived
from wardline.pipeline.live import LiveView
from wardline.pipeline.loop import EngineLoop, Entry, LoopLimits


class LiveRig:
    """An engine's loop, its store, its feed, and a clock that stands until it is set."""

    def __init__(self, now_ms: int | None = None, store: Any = None):
        self.clock = HandClock() if now_ms is None else HandClock(now_ms)
        self.store = FailingStore(store or memory())
        self.view = LiveView(self.store)
        self.feed = LiveFeed(self.store, self.clock, self.draw, self.retold)
        limits = LoopLimits(retry_s=0.0, snapshot_s=1e9)
        self.loop = EngineLoop(self.store, self.clock, limits, self.feed)
        self.names = Names(), Names()

    def draw(self, patient_ids: set[str] | None) -> list[PatientPicture] | None:
        return self.view.draw(self.loop, self.clock.now_ms(), patient_ids)

    def retold(self) -> set[str]:
        return self.view.retold(self.loop)

    def step(self, *contents: Any, at: int | None = None) -> list[Future[Any]]:
        """Let the engine take something at a time."""
        self.clock.now = self.clock.now if at is None else at
        futures: list[Future[Any]] = [Future() for _ in contents]
        entries = [Entry(c, f) for c, f in zip(contents, futures, strict=True)]
        self.loop.step([Arrived(entry, self.clock.now, 1) for entry in entries], self.clock.now)
        return futures

    def give(self, step: Step) -> None:
        """Let the engine take a step of a stream."""
        if isinstance(step, Tick):
            self.step(at=step.now)
        elif isinstance(step, Command):
            self.step(step, at=step.at)
        elif isinstance(step, Reading):
            batch = replace(batch_of([step], *self.names), raw=RawTexts([""]))
            self.step(Decoded(batch, np.zeros(1, np.int64), ()), at=step.received_at)

    def show(self) -> None:
        """One turn of the feed's thread."""
        self.feed.show_news()


class Seat:
    """A viewer of a rig: a cursor, and a screen that was sent what the hub had for it."""

    def __init__(self, rig: LiveRig):
        self.hub = rig.feed.hub
        self.cursor = Cursor()
        self.screen = Screen()
        rig.feed.join()
        self.screen.take(self.hub.open(self.cursor))

    def look(self) -> Screen:
        self.screen.take(*self.hub.news(self.cursor))
        return self.screen


def fresh(rig: LiveRig) -> Screen:
    """What a viewer that came just now is shown."""
    screen = Screen()
    screen.take(rig.feed.hub.open(Cursor()))
    return screen
