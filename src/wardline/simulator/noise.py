"""Randomness by counting: every number is a hash of (seed, stream, patient, counter).

Nothing is drawn in sequence, so any moment of any patient can be computed alone, in any order and
any chunking, with the same result. Only exact operations are used: every machine gives the same.
"""

from enum import IntEnum

import numpy as np
import numpy.typing as npt

Bits = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_LANE = np.uint64(0xFFFF)
_FRACTION = 2.0**-53
_MASK = 2**64 - 1


class Stream(IntEnum):
    """What a number is for; two streams never share one. New streams go to the end."""

    PERSON = 0
    SETPOINT = 1
    DRIFT = 2
    JITTER = 3
    COURSE = 4
    FAULT = 5
    FAULT_JITTER = 6
    ROUND = 7
    ADMISSION = 8
    HOSPITAL_PATIENT = 9


def mixed(bits: Bits) -> Bits:
    """The finaliser of splitmix64 (Steele, Lea, Flood 2014): every input bit moves every other."""
    bits = bits + _STEP
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
    return bits ^ (bits >> np.uint64(31))


def keys(seed: int, stream: Stream, subjects: Ints, part: int = 0) -> Bits:
    """One key per subject (a patient, a lane). `part` tells apart numbers of one stream."""
    start = (seed * 0x2545F4914F6CDD1D + stream * 0x10001 + part * 0x1000003 + 1) & _MASK
    base = mixed(np.array([start], dtype=np.uint64))
    return mixed(base ^ mixed(subjects.astype(np.int64).view(np.uint64)))


def drawn(key: Bits, counter: Ints) -> Bits:
    """64 random bits per (key, counter)."""
    return mixed(key ^ (counter.astype(np.int64).view(np.uint64) * _STEP))


def uniform(bits: Bits) -> Floats:
    """Numbers in [0, 1)."""
    return (bits >> np.uint64(11)).astype(np.float64) * _FRACTION


def lane(bits: Bits, number: int) -> Floats:
    """Sixteen of the bits (number 0 to 3) as a number in [-1, 1)."""
    return ((bits >> np.uint64(16 * number)) & _LANE).astype(np.float64) / 32768.0 - 1.0


def normal(bits: Bits) -> Floats:
    """Near-normal numbers, mean 0, deviation 1, never beyond 3.5: the sum of four uniform ones."""
    total = lane(bits, 0) + lane(bits, 1) + lane(bits, 2) + lane(bits, 3)
    return total * 0.8660254037844386
