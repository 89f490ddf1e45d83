"""Periods in a grid of slots: at most one per slot and subject, so any moment is found at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wardline.simulator.noise import Floats, Ints

NONE = -1


@dataclass(frozen=True, slots=True)
class Grid:
    """Periods of consecutive slots, arrays of shape (slots, subjects).

    kind: place in a catalogue, NONE where the slot is empty. patient: whom it concerns.
    start, end: ms since 1970 UTC, end excluded. strength: a draw in [0, 1) that shapes it.
    """

    kind: npt.NDArray[np.int64]
    patient: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    strength: Floats


@dataclass(frozen=True, slots=True)
class Active:
    """What is in progress: `rows` among those asked, their moments, and per such row the period."""

    rows: npt.NDArray[np.intp]
    at: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    end: npt.NDArray[np.int64]
    strength: Floats


def active(
    grid: Grid, cell: tuple[Ints, Ints], patient: Ints, at_ms: npt.NDArray[np.int64]
) -> Active:
    """The periods in progress at rows (patient, moment), each row's `cell` in the grid given."""
    is_theirs = (grid.kind[cell] != NONE) & (grid.patient[cell] == patient)
    rows = np.flatnonzero(is_theirs & (grid.start[cell] <= at_ms) & (at_ms < grid.end[cell]))
    place = (cell[0][rows], cell[1][rows])
    return Active(
        rows=rows,
        at=at_ms[rows],
        kind=grid.kind[place],
        start=grid.start[place],
        end=grid.end[place],
        strength=grid.strength[place],
    )


def listed(grid: Grid) -> list[tuple[int, int, int, int]]:
    """(start, patient, end, kind) of every period, in that order."""
    slot, subject = np.nonzero(grid.kind != NONE)
    columns = (grid.start, grid.patient, grid.end, grid.kind)
    return sorted(zip(*(column[slot, subject].tolist() for column in columns), strict=True))
