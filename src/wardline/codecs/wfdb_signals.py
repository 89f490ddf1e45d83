"""WFDB signal files: bytes to samples, for every uncompressed format (WFDB manual, signal(5))."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from wardline.codecs.wfdb_header import NO_FILE, RecordHeader, SignalHeader, WfdbError

Samples = npt.NDArray[np.int64]
_Bytes = npt.NDArray[np.uint8]

NO_SAMPLE = np.iinfo(np.int64).min
"""Stands in decoded samples for what the format marks as not measured."""

_INVALID_BITS = {
    16: 16, 24: 24, 32: 32, 61: 16, 80: 8, 160: 16, 212: 12, 310: 10, 311: 10,
}  # fmt: skip
"""The most negative number of so many bits says "no sample"; format 8 has no such number."""

_COMPRESSED = (508, 516, 524)
_PARTIAL_311 = np.array([0, 0, 1, 2])
_PARTIAL_310 = np.array([0, 0, 1, 1])


def unreadable_format(signal: SignalHeader) -> str | None:
    """Why a signal's format cannot be read, or None if it can."""
    if signal.format in _COMPRESSED:
        return f"signal format {signal.format} (FLAC) is not supported"
    if signal.file != NO_FILE and signal.format not in _DECODERS:
        return f"signal format {signal.format} is not known"
    return None


def read_signals(header: RecordHeader, files: Mapping[str, bytes]) -> list[Samples]:
    """Digital samples of every signal, shape (frames x samples a frame,), NO_SAMPLE where missing.

    `files`: content by file name. As many frames as the header states, or as its files hold if that
    is less. Raises WfdbError.
    """
    stored = frames_stored(header, files)
    frames = min(header.frames, stored) if header.frames else stored
    signals: list[Samples | None] = [None] * len(header.signals)
    for name, places in _groups(header).items():
        group = [header.signals[place] for place in places]
        for place, samples in zip(places, _group(group, files, name, frames), strict=True):
            signals[place] = samples
    return [samples for samples in signals if samples is not None]


def frames_stored(header: RecordHeader, files: Mapping[str, bytes]) -> int:
    """Whole frames that all signal files hold."""
    stored = [
        _available(_format(group), _content(group[0], files)) // _width(group)
        for name, places in _groups(header).items()
        if name != NO_FILE
        for group in [[header.signals[place] for place in places]]
    ]
    return min(stored, default=0)


def checksum_of(samples: Samples, format_code: int) -> int:
    """Sum of samples as the header states it, modulo 65536."""
    bits = _INVALID_BITS.get(format_code)
    if bits is not None:
        samples = np.where(samples == NO_SAMPLE, -(1 << (bits - 1)), samples)
    return int(samples.sum()) & 0xFFFF


def _groups(header: RecordHeader) -> dict[str, list[int]]:
    """Places of the signals that share a file; their samples are interleaved frame by frame."""
    groups: dict[str, list[int]] = {}
    for place, signal in enumerate(header.signals):
        groups.setdefault(signal.file, []).append(place)
    return groups


def _group(
    group: list[SignalHeader], files: Mapping[str, bytes], name: str, frames: int
) -> list[Samples]:
    if name == NO_FILE:
        return [np.full(frames * signal.frame_samples, NO_SAMPLE) for signal in group]
    width = _width(group)
    samples = _DECODERS[_format(group)](_content(group[0], files))
    rows = samples[: len(samples) // width * width].reshape(-1, width)
    ends = np.cumsum([signal.frame_samples for signal in group])
    return [
        _aligned(rows[:, end - signal.frame_samples : end].reshape(-1), signal, frames)
        for signal, end in zip(group, ends.tolist(), strict=True)
    ]


def _aligned(samples: Samples, signal: SignalHeader, frames: int) -> Samples:
    """One signal's samples in time: differences summed, skew taken out, cut or filled to length."""
    if signal.format == 8:
        samples = signal.initial + np.cumsum(samples)
    bits = _INVALID_BITS.get(signal.format)
    if bits is not None:
        samples = np.where(samples == -(1 << (bits - 1)), NO_SAMPLE, samples)
    samples = samples[signal.skew * signal.frame_samples :]
    full = np.full(frames * signal.frame_samples, NO_SAMPLE)
    kept = min(len(full), len(samples))
    full[:kept] = samples[:kept]
    return full


def _width(group: list[SignalHeader]) -> int:
    return sum(signal.frame_samples for signal in group)


def _format(group: list[SignalHeader]) -> int:
    first = group[0]
    if any(signal.format != first.format for signal in group):
        raise WfdbError(f"{first.file} is said to hold several formats")
    why_not = unreadable_format(first)
    if why_not:
        raise WfdbError(why_not)
    return first.format


def _content(signal: SignalHeader, files: Mapping[str, bytes]) -> _Bytes:
    if signal.file not in files:
        raise WfdbError(f"signal file {signal.file} is missing")
    return np.frombuffer(files[signal.file], dtype=np.uint8)[signal.byte_offset :]


def _available(format_code: int, content: _Bytes) -> int:
    """How many samples these bytes hold."""
    size = len(content)
    if format_code == 212:
        return size * 2 // 3
    if format_code == 310:
        return size // 4 * 3 + int(_PARTIAL_310[size % 4])
    if format_code == 311:
        return size // 4 * 3 + int(_PARTIAL_311[size % 4])
    return size // {8: 1, 80: 1, 24: 3, 32: 4}.get(format_code, 2)


def _plain(dtype: str, shift: int = 0) -> Callable[[_Bytes], Samples]:
    """Whole-byte samples: a NumPy type and what is subtracted."""
    size = np.dtype(dtype).itemsize

    def decode(content: _Bytes) -> Samples:
        whole = content[: len(content) // size * size]
        return np.frombuffer(whole.tobytes(), dtype=dtype).astype(np.int64) - shift

    return decode


def _signed(numbers: npt.NDArray[np.integer], bits: int) -> Samples:
    """Two's complement of so many bits."""
    wide = numbers.astype(np.int64)
    return wide - ((wide >> (bits - 1)) << bits)


def _blocks(content: _Bytes, size: int) -> Samples:
    """Bytes in blocks of `size`, the last one filled up with zeros, shape (blocks, size)."""
    padded = np.zeros(-(-len(content) // size) * size, dtype=np.int64)
    padded[: len(content)] = content
    return padded.reshape(-1, size)


def _format_24(content: _Bytes) -> Samples:
    low, middle, high = _blocks(content[: len(content) // 3 * 3], 3).T
    return _signed(low | middle << 8 | high << 16, 24)


def _format_212(content: _Bytes) -> Samples:
    """Two 12-bit samples in three bytes; the middle byte holds both upper parts."""
    first, shared, second = _blocks(content, 3).T
    pairs = np.stack([first | (shared & 0x0F) << 8, second | (shared & 0xF0) << 4], axis=1)
    return _signed(pairs.reshape(-1)[: _available(212, content)], 12)


def _format_310(content: _Bytes) -> Samples:
    """Three 10-bit samples in two words: bits 1-10 of each, and the third in both upper fives."""
    one, two, three, four = _blocks(content, 4).T
    low, high = one | two << 8, three | four << 8
    third = (low >> 11 & 0x1F) | (high >> 11 & 0x1F) << 5
    triples = np.stack([low >> 1 & 0x3FF, high >> 1 & 0x3FF, third], axis=1)
    return _signed(triples.reshape(-1)[: _available(310, content)], 10)


def _format_311(content: _Bytes) -> Samples:
    """Three 10-bit samples in the lower 30 bits of four bytes."""
    one, two, three, four = _blocks(content, 4).T
    word = one | two << 8 | three << 16 | four << 24
    triples = np.stack([word & 0x3FF, word >> 10 & 0x3FF, word >> 20 & 0x3FF], axis=1)
    return _signed(triples.reshape(-1)[: _available(311, content)], 10)


_DECODERS: dict[int, Callable[[_Bytes], Samples]] = {
    8: _plain("i1"),
    16: _plain("<i2"),
    24: _format_24,
    32: _plain("<i4"),
    61: _plain(">i2"),
    80: _plain("u1", 1 << 7),
    160: _plain("<u2", 1 << 15),
    212: _format_212,
    310: _format_310,
    311: _format_311,
}
