"""WFDB header files: what a record's signals are, how they are stored (WFDB manual, header(5))."""

import re
from dataclasses import dataclass

HEADER_BYTES_MAX = 1 << 20
"""A header is a page of text; a larger file is none."""

SIGNALS_MAX = 1000
DEFAULT_RATE_HZ = 250.0
DEFAULT_GAIN = 200.0
NO_FILE = "~"

_FORMAT = re.compile(r"(\d+)(?:x(\d+))?(?::(\d+))?(?:\+(\d+))?")
_GAIN = re.compile(r"([-+.\deE]+)(?:\(([-+]?\d+)\))?(?:/(\S+))?")
_RATE = re.compile(r"([.\d]+(?:[eE][-+]?\d+)?)(?:/[-+.\deE]+(?:\([-+.\deE]+\))?)?")
_NAME = re.compile(r"[\w.-]+")
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_CLOCK = re.compile(r"(?:(?:(\d{1,2}):)?(\d{1,2}):)?(\d{1,2})(?:\.(\d+))?")


class WfdbError(ValueError):
    """A WFDB record that cannot be read; the text says what is wrong with which part of it."""


@dataclass(frozen=True, slots=True)
class SignalHeader:
    """One signal. `physical = (digital - baseline) / gain`, in `units`.

    frame_samples: samples per frame. skew: frames by which the signal's samples come late in the
    file. byte_offset: bytes in front of the samples. initial: value before the first difference
    (format 8). checksum: sum of all samples modulo 65536, if stated.
    """

    file: str
    format: int
    frame_samples: int
    skew: int
    byte_offset: int
    gain: float
    baseline: int
    units: str
    initial: int
    checksum: int | None
    description: str


@dataclass(frozen=True, slots=True)
class RecordHeader:
    """One record. frames: 0 if not stated. clock_ms: of the day. date: (year, month, day)."""

    name: str
    segments: int
    signals: tuple[SignalHeader, ...]
    rate_hz: float
    frames: int
    clock_ms: int | None
    date: tuple[int, int, int] | None
    comments: tuple[str, ...]


def parse_header(content: bytes) -> RecordHeader:
    """The header in these bytes. Raises WfdbError."""
    if len(content) > HEADER_BYTES_MAX:
        raise WfdbError(f"a header of {len(content)} bytes is larger than {HEADER_BYTES_MAX}")
    lines = [line.strip() for line in content.decode("utf-8", errors="replace").splitlines()]
    comments = tuple(line.lstrip("#").strip() for line in lines if line.startswith("#"))
    specs = [line for line in lines if line and not line.startswith("#")]
    if not specs:
        raise WfdbError("the header has no record line")
    return _record(specs[0].split(), specs[1:], comments)


def _record(fields: list[str], rest: list[str], comments: tuple[str, ...]) -> RecordHeader:
    name, _, segments = fields[0].partition("/")
    if len(fields) < 2 or not _NAME.fullmatch(name):
        raise WfdbError("the first line is no record line")
    count = _whole(fields[1], "number of signals", SIGNALS_MAX)
    is_single = not segments
    if is_single and len(rest) < count:
        raise WfdbError(f"{count} signals are announced, {len(rest)} are described")
    return RecordHeader(
        name=name,
        segments=0 if is_single else _whole(segments, "number of segments", 10**9),
        signals=tuple(_signal(line) for line in rest[:count]) if is_single else (),
        rate_hz=_rate(fields[2]) if len(fields) > 2 else DEFAULT_RATE_HZ,
        frames=_whole(fields[3], "number of samples", 2**40) if len(fields) > 3 else 0,
        clock_ms=_clock(fields[4]) if len(fields) > 4 else None,
        date=_date(fields[5]) if len(fields) > 5 else None,
        comments=comments,
    )


def _signal(line: str) -> SignalHeader:
    fields = line.split(maxsplit=8)
    storage = _FORMAT.fullmatch(fields[1]) if len(fields) > 1 else None
    if storage is None:
        raise WfdbError(f"no signal line: {line!r}")
    samples, skew, offset = (int(text or 0) for text in storage.groups()[1:])
    zero = _signed(fields, 4, 0)
    gain, baseline, units = _gain(fields[2] if len(fields) > 2 else "", zero)
    return SignalHeader(
        file=fields[0],
        format=int(storage[1]),
        frame_samples=max(samples, 1),
        skew=skew,
        byte_offset=offset,
        gain=gain,
        baseline=baseline,
        units=units,
        initial=_signed(fields, 5, zero),
        checksum=_signed(fields, 6, 0) & 0xFFFF if len(fields) > 6 else None,
        description=fields[8].strip() if len(fields) > 8 else "",
    )


def _gain(text: str, zero: int) -> tuple[float, int, str]:
    """(gain, baseline, units). A gain of 0 means uncalibrated: the default counts."""
    if not text:
        return DEFAULT_GAIN, zero, "mV"
    match = _GAIN.fullmatch(text)
    if match is None:
        raise WfdbError(f"no gain: {text!r}")
    gain = _number(match[1], "gain") or DEFAULT_GAIN
    return gain, int(match[2]) if match[2] else zero, match[3] or "mV"


def _rate(text: str) -> float:
    match = _RATE.fullmatch(text)
    if match is None:
        raise WfdbError(f"no sampling rate: {text!r}")
    return _number(match[1], "sampling rate") or DEFAULT_RATE_HZ


def _clock(text: str) -> int:
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise WfdbError(f"no clock time: {text!r}")
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[:3])
    if hours > 23 or minutes > 59 or seconds > 59:
        raise WfdbError(f"no clock time: {text!r}")
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int(f"{match[4] or '0'}000"[:3])


def _date(text: str) -> tuple[int, int, int]:
    match = _DATE.fullmatch(text)
    if match is None:
        raise WfdbError(f"no date: {text!r}")
    return int(match[3]), int(match[2]), int(match[1])


def _signed(fields: list[str], place: int, default: int) -> int:
    if len(fields) <= place:
        return default
    if not re.fullmatch(r"[-+]?\d{1,12}", fields[place]):
        raise WfdbError(f"no whole number: {fields[place]!r}")
    return int(fields[place])


def _whole(text: str, what: str, most: int) -> int:
    if not re.fullmatch(r"\d{1,15}", text) or int(text) > most:
        raise WfdbError(f"no {what}: {text!r}")
    return int(text)


def _number(text: str, what: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise WfdbError(f"no {what}: {text!r}") from None
