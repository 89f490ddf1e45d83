"""Questions to the store from threads that must go on whatever the store does.

A server that hangs keeps whoever asks it waiting for as long as its sessions do: a minute or two.
So a question is asked in a thread of its own, and given up early.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Future  # noqa: TC003 - one way of importing everywhere
from typing import Any, Protocol, TypeVar

from wardline.model.admissions import Admission
from wardline.model.patients import Patient
from wardline.pipeline.admissions import KnownAdmissions, admissions_of
from wardline.pipeline.lane import Lane
from wardline.pipeline.ports import ShardStore, StoredBatch, StoreUnavailableError

Answer = TypeVar("Answer")

SILENT = "the store does not answer"


class Lookups:
    """Asks for one thread, and waits `wait_s` at most.

    There is one question at a time, so at most one hangs. While it does, which its session bounds,
    further ones are refused at once.
    """

    def __init__(self, name: str, wait_s: float):
        self._lane = Lane(name)
        self._wait_s = wait_s
        self._asked: Future[Any] | None = None

    @property
    def is_stuck(self) -> bool:
        """Whether a question that was given up is still being asked."""
        return self._asked is not None and not self._asked.done()

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """The answer, or what the question raises. StoreUnavailableError when it takes too long."""
        if self.is_stuck:
            raise StoreUnavailableError(SILENT)
        asked = self._asked = self._lane.do(question)
        try:
            return asked.result(self._wait_s)
        except TimeoutError:
            raise StoreUnavailableError(SILENT) from None

    def close(self) -> None:
        """No further questions. One that hangs is left to its thread."""
        self._lane.close(0.0)


class AskedShard:
    """A shard's store whose look-ups are bounded; everything else is the shard's own."""

    def __init__(self, store: ShardStore, lookups: Lookups):
        self._store = store
        self._lookups = lookups

    def claim_patients(self, patient_ids: Sequence[str]) -> set[str]:
        """Let new patients belong to this shard; gives those that belong to another one."""
        return self._lookups.ask(lambda: self._store.claim_patients(patient_ids))

    def stored_readings(
        self, keys: Sequence[tuple[str, int, str]]
    ) -> dict[tuple[str, int, str], StoredBatch]:
        """The stored readings among these keys."""
        return self._lookups.ask(lambda: self._store.stored_readings(keys))

    def position(self, origin: str) -> int | None:
        """How far the shard read an origin."""
        return self._lookups.ask(lambda: self._store.position(origin))

    def known_admissions(self, admissions: Sequence[Admission]) -> KnownAdmissions:
        """What was recorded before about these admissions and their patients."""
        keeper = admissions_of(self._store)
        if keeper is None:
            raise TypeError("this store keeps no admissions")
        return self._lookups.ask(lambda: keeper.known_admissions(admissions))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


class KnownPatients(Protocol):
    """Somebody who knows who the patients are."""

    def patients(self) -> list[Patient]:
        """All patients. Raises StoreUnavailableError."""
        ...


class AskedPatients:
    """The patients of a store, asked for with a bound."""

    def __init__(self, store: KnownPatients, lookups: Lookups):
        self._store = store
        self._lookups = lookups

    def patients(self) -> list[Patient]:
        """All patients. Raises StoreUnavailableError."""
        return self._lookups.ask(self._store.patients)
