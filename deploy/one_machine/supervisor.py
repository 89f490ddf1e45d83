"""Starts services in stages, brings back those that die, and stops all in reverse order."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event

from deploy.one_machine.service import READY_WAIT_S, Service, ServiceError, StoppedError

LOOK_S = 0.2
STOP_WITHIN_S = 20.0
STAGE_STOP_S = 2.0
"""What is left of that time for each stage that has not had its turn to stop."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long a service that died waits before it is started again.

    The wait doubles with every death from `first_s` to `longest_s`, and begins anew after the
    service has lived for `calm_s`. How often is not bounded: a monitor that gives up at night
    watches nobody in the morning.
    """

    first_s: float = 0.5
    longest_s: float = 30.0
    calm_s: float = 60.0

    def wait_s(self, deaths: int) -> float:
        """After so many deaths in a row, from 1."""
        # The bound of the exponent keeps the number a number.
        return min(self.longest_s, self.first_s * 2.0 ** min(deaths - 1, 30))


@dataclass(slots=True)
class _Watched:
    """A service, how often it died in a row, and when it was or will be started."""

    service: Service
    since_s: float
    deaths: int = 0
    due_s: float | None = None


class Supervisor:
    """Watches over services, all from the one thread that calls it.

    `stopping` is looked at all the time; `say` gets each line for people.
    """

    def __init__(self, stopping: Event, say: Callable[[str], None], backoff: Backoff | None = None):
        self._stopping = stopping
        self._say = say
        self._backoff = backoff or Backoff()
        self._stages: list[list[_Watched]] = []

    def start(self, *services: Service, wait_s: float = READY_WAIT_S, deaths_max: int = 0) -> None:
        """Start a stage and wait until all of it is ready, keeping earlier stages alive meanwhile.

        Raises ServiceError after `wait_s`, or when one of them died more than `deaths_max` times,
        and StoppedError when asked to stop.
        """
        began_s = time.monotonic()
        stage: list[_Watched] = []
        self._stages.append(stage)
        for service in services:
            service.launch()
            stage.append(_Watched(service, time.monotonic()))
        for watched in stage:
            self._wait_for(watched, began_s + wait_s, deaths_max)
            took_s = time.monotonic() - began_s
            self._say(f"{watched.service.name} is ready ({took_s:.1f} s)")

    def run(self) -> None:
        """Watch until asked to stop."""
        while not self._stopping.wait(LOOK_S):
            self.look()

    def look(self) -> None:
        """Note who died, start again whose time has come, and bound the logs."""
        for watched in self._all():
            if watched.due_s is not None:
                self._start_again_if_due(watched)
            elif not watched.service.is_alive:
                self._note_death(watched, _end_of(watched.service))
            watched.service.shorten_log()

    def stop(self, within_s: float = STOP_WITHIN_S) -> None:
        """Stop stage by stage, the last one first; who is not quick enough is killed."""
        end_s = time.monotonic() + within_s
        while self._stages:
            stage = self._stages.pop()
            stage_end_s = end_s - STAGE_STOP_S * len(self._stages)
            for watched in stage:
                watched.service.ask_to_stop()
            for watched in stage:
                self._stop_one(watched.service, stage_end_s)

    def kill(self) -> None:
        """Stop all at once."""
        for watched in self._all():
            watched.service.kill()
        self._stages.clear()

    # -- within ------------------------------------------------------------------------------------

    def _all(self) -> list[_Watched]:
        return [watched for stage in self._stages for watched in stage]

    def _wait_for(self, watched: _Watched, give_up_s: float, deaths_max: int) -> None:
        service = watched.service
        while not service.is_ready():
            if self._stopping.wait(LOOK_S):
                raise StoppedError
            self.look()
            if watched.deaths > deaths_max or time.monotonic() > give_up_s:
                raise ServiceError(f"{service.name} does not start: {service.last_words()}")

    def _note_death(self, watched: _Watched, how: str) -> None:
        now_s = time.monotonic()
        if now_s - watched.since_s >= self._backoff.calm_s:
            watched.deaths = 0
        watched.deaths += 1
        wait_s = self._backoff.wait_s(watched.deaths)
        watched.due_s = now_s + wait_s
        service = watched.service
        self._say(f"{service.name} {how}; it starts again in {wait_s:g} s, see {service.log}")

    def _start_again_if_due(self, watched: _Watched) -> None:
        now_s = time.monotonic()
        if watched.due_s is None or now_s < watched.due_s:
            return
        watched.due_s, watched.since_s = None, now_s
        try:
            watched.service.launch()
        except ServiceError as problem:
            self._note_death(watched, f"cannot start ({problem})")
        else:
            self._say(f"{watched.service.name} was started again")

    def _stop_one(self, service: Service, end_s: float) -> None:
        if not service.stop(end_s - time.monotonic()):
            self._say(f"{service.name} did not end in time and was killed")


def _end_of(service: Service) -> str:
    status = service.exit_status
    if status is not None and status < 0:
        return f"was ended by signal {-status}"
    return f"ended with exit status {status}"
