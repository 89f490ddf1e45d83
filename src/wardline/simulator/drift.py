"""Slow drift: Ornstein-Uhlenbeck processes that can be computed at any moment alone.

Time is cut into blocks. The values at block boundaries are drawn from the stationary distribution;
between them the process is filled in by halving, each midpoint from its conditional distribution
given its neighbours (the Ornstein-Uhlenbeck bridge). Blocks are many time constants long, so that
independent boundaries are as good as correlated ones. Below KNOT_MS values are interpolated.
"""

from collections import OrderedDict

import numpy as np
import numpy.typing as npt

from wardline.simulator.noise import Floats, Ints, Stream, drawn, keys, normal

BLOCK_MS = 4_800_000
KNOTS = 256
"""Knots per block, a power of two."""
KNOT_MS = BLOCK_MS // KNOTS
BLOCK_COUNT_MAX = 4
"""Blocks kept at most; the one unused longest is dropped and would be computed again."""

DRIVE, HEART, BREATH, OXYGEN, PRESSURE, WARMTH = range(6)
TIME_CONSTANT_MS = (240_000, 120_000, 120_000, 180_000, 240_000, 900_000)
"""How long each channel remembers. DRIVE is what moves heart, breath and pressure together."""
CHANNELS = len(TIME_CONSTANT_MS)


class Drift:
    """Six independent drifts per patient, each with mean 0 and deviation about 1."""

    def __init__(self, patient_count: int, seed: int):
        numbers = np.arange(patient_count)
        parts = [keys(seed, Stream.DRIFT, numbers, part) for part in range(CHANNELS)]
        self._keys = np.stack(parts, axis=1)
        self._blocks: OrderedDict[int, Floats] = OrderedDict()

    def at(self, patient: Ints, at_ms: npt.NDArray[np.int64]) -> Floats:
        """Drifts of rows (patient, moment), shape (channels, rows)."""
        place, within = np.divmod(at_ms, KNOT_MS)
        block, knot = np.divmod(place, KNOTS)
        table, first = self._table(block)
        row = ((block - first) * (KNOTS + 1) + knot) * len(self._keys) + patient
        before = table[row]
        after = table[row + len(self._keys)]
        share = (within / KNOT_MS)[:, np.newaxis]
        return np.ascontiguousarray((before + (after - before) * share).T)

    def _table(self, block: npt.NDArray[np.int64]) -> tuple[Floats, int]:
        """Knots of all blocks in question, one row per (block, knot, patient)."""
        first, last = int(block.min()), int(block.max())
        tables = [self._block(number) for number in range(first, last + 1)]
        whole = tables[0] if len(tables) == 1 else np.concatenate(tables)
        return whole.reshape(-1, CHANNELS), first

    def _block(self, number: int) -> Floats:
        if number in self._blocks:
            self._blocks.move_to_end(number)
        else:
            self._blocks[number] = self._filled(number)
            if len(self._blocks) > BLOCK_COUNT_MAX:
                self._blocks.popitem(last=False)
        return self._blocks[number]

    def _filled(self, number: int) -> Floats:
        """Shape (knots + 1, patients, channels); the last knot is the next block's first."""
        table = np.empty((KNOTS + 1, *self._keys.shape))
        table[0] = self._drawn(number * KNOTS)
        table[KNOTS] = self._drawn((number + 1) * KNOTS)
        half = KNOTS // 2
        while half:
            self._halve(table, number, half)
            half //= 2
        return table

    def _halve(self, table: Floats, number: int, half: int) -> None:
        """Fill in the midpoints of all pairs of known knots that are 2 x half apart."""
        gap = half * KNOT_MS
        # exp is the one inexact operation; twelve digits are the same on every machine.
        kept = np.array([round(float(np.exp(-gap / tau)), 12) for tau in TIME_CONSTANT_MS])
        weight = kept / (1 + kept * kept)
        spread = np.sqrt((1 - kept * kept) / (1 + kept * kept))
        for middle in range(half, KNOTS, 2 * half):
            centre = weight * (table[middle - half] + table[middle + half])
            table[middle] = centre + spread * self._drawn(number * KNOTS + middle)

    def _drawn(self, knot: int) -> Floats:
        return normal(drawn(self._keys, np.full(1, knot)))
