"""Refused records once more: decoded as JSON and run through the engine of their store."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Protocol, cast, runtime_checkable

from wardline.cli.failures import CommandError
from wardline.codecs.vitals_json import NotJsonError, TooManyItemsError, decode_json
from wardline.model.dead_letters import DeadLetter
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries
from wardline.pipeline.clock import EventClock
from wardline.pipeline.ports import Store
from wardline.pipeline.recovery import recover
from wardline.pipeline.worker import Worker

LETTERS_AT_ONCE = 1_000


@runtime_checkable
class KeepsRecords(Protocol):
    """A store that kept every refused record."""

    def dead_letters(self, reason: str | None = None) -> Iterator[DeadLetter]:
        """Refused records, to be sent again."""
        ...


def redriven(store: Store, reason: str | None) -> Counter[str]:
    """What became of every record refused for this reason (None: for any).

    A record's place in time is when it was refused. Only JSON records can be read without the file
    they came from; replaying that file redrives the others.
    """
    if not isinstance(store, KeepsRecords):
        raise CommandError("this store keeps no refused records")
    worker = Worker(recover(store).engine, store, EventClock(), keeps_refusals=False)
    counts: Counter[str] = Counter()
    names = Dictionaries()
    letters = cast("KeepsRecords", store).dead_letters(reason)
    while some := list(islice(letters, LETTERS_AT_ONCE)):
        for letter in some:
            counts["letters"] += 1
            decoded = _decoded(letter, names)
            if decoded is None:
                counts["unreadable"] += 1
                continue
            told = worker.take(replace(decoded, rejections=()))
            counts["accepted"] += told.accepted
            counts["duplicates"] += told.duplicates
            counts["rejected"] += len(told.rejected) + len(decoded.rejections)
        worker.commit()
    worker.commit(snapshot=worker.is_behind_snapshot)
    counts["readings"] = counts["accepted"] + counts["duplicates"] + counts["rejected"]
    return counts


def _decoded(letter: DeadLetter, names: Dictionaries) -> Decoded | None:
    """The record, if it is JSON. Its text may have been cut off when it was kept."""
    if not letter.raw.lstrip().startswith("{"):
        return None
    try:
        return decode_json(letter.raw.encode(), letter.received_at, names)
    except (NotJsonError, TooManyItemsError):
        return None
