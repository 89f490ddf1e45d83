"""What a recording's decoder gives: readings, and how many of the file's rows went into each."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from wardline.model.dead_letters import Rejection
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries
from wardline.model.readings import RawRecords, ReadingBatch, empty_columns

RECORDINGS_START = 946_684_800_000
"""2000-01-01T00:00:00Z: where recordings without a usable date of their own start."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The content of one recording.

    source_rows: int64 per reading, how many rows of the file it was made from. A row that became
    several readings counts for the first of them and 0 for the others, so that
    `source_rows.sum() + len(rejections) + ignored` is the number of rows in the file.
    """

    decoded: Decoded
    source_rows: npt.NDArray[np.int64]

    @property
    def rows(self) -> int:
        """Rows in the file."""
        decoded = self.decoded
        return int(self.source_rows.sum()) + len(decoded.rejections) + decoded.ignored


def recorded(
    batch: ReadingBatch,
    rejections: list[Rejection],
    ignored: int,
    source_rows: npt.NDArray[np.int64],
) -> Recorded:
    """Readings and refused rows of one file; both take their index from their place in it."""
    ordered = sorted(rejections, key=lambda rejection: rejection.position)
    places = np.array([rejection.position for rejection in ordered], dtype=np.int64)
    rows = np.arange(len(batch)) + np.searchsorted(places, batch.position, side="left")
    before = np.searchsorted(batch.position, places, side="left")
    numbered = tuple(
        replace(rejection, index=rank + int(before[rank])) for rank, rejection in enumerate(ordered)
    )
    return Recorded(Decoded(batch, rows.astype(np.int64), numbered, ignored), source_rows)


def cut(whole: Recorded, batch_rows: int) -> Iterator[Recorded]:
    """A recording in pieces of at most `batch_rows` readings, in order.

    Refused rows travel with the readings around them. Ignored rows are counted in the first piece.
    """
    batch, rejections = whole.decoded.batch, list(whole.decoded.rejections)
    places = [rejection.position for rejection in rejections]
    positions: list[int] = batch.position.tolist()
    done = 0
    for start in range(0, max(len(batch), 1), batch_rows):
        stop = min(start + batch_rows, len(batch))
        is_last = stop >= len(batch)
        end = len(places) if is_last else bisect_left(places, positions[stop])
        yield recorded(
            batch.between(start, stop),
            rejections[done:end],
            whole.decoded.ignored if start == 0 else 0,
            whole.source_rows[start:stop],
        )
        done = end


def reading_batch(
    names: Dictionaries, origin: str, raw: RawRecords, **columns: npt.NDArray[Any]
) -> ReadingBatch:
    """Readings out of some columns; what is not given is not measured or not stated.

    `received_at` is `observed_at` if not given: recordings run on the event clock.
    """
    given: dict[str, Any] = {"received_at": columns["observed_at"], **columns}
    full: dict[str, Any] = {**empty_columns(len(columns["observed_at"])), **given}
    return ReadingBatch(
        patients=names.patients,
        sources=names.sources,
        labels=names.labels,
        origin=origin,
        raw=raw,
        **full,
    )
