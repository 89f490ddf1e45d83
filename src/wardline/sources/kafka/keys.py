"""Which partition a key belongs to, by the two hashes that producers use."""

import zlib
from collections.abc import Iterable
from struct import iter_unpack

_SEED = 0x9747B28C
_FACTOR = 0x5BD1E995
_MASK = 0xFFFFFFFF


def partition_of(key: bytes, count: int) -> int:
    """The partition, of `count`, that Java's clients give a key: murmur2 without its sign."""
    return (_murmur2(key) & 0x7FFFFFFF) % count


def crc32_partition_of(key: bytes, count: int) -> int:
    """The one that librdkafka's clients give it unless told otherwise (`consistent`)."""
    return zlib.crc32(key) % count


def hash_used(keys: Iterable[bytes], partitions: Iterable[int], count: int) -> str | None:
    """Which hash put keys where they are: `murmur2` or `crc32`.

    None: neither did, or these keys do not tell them apart. Empty keys are placed by chance.
    """
    found = [(key, at) for key, at in zip(keys, partitions, strict=True) if key]
    is_murmur2 = all(partition_of(key, count) == at for key, at in found)
    is_crc32 = all(crc32_partition_of(key, count) == at for key, at in found)
    if is_murmur2 == is_crc32:
        return None
    return "murmur2" if is_murmur2 else "crc32"


def _murmur2(data: bytes) -> int:
    """32 bits, as Kafka's own Utils.murmur2: by Austin Appleby, little-endian, with its seed."""
    whole = len(data) & ~3
    mixed = _SEED ^ len(data)
    for (word,) in iter_unpack("<I", data[:whole]):
        part = word * _FACTOR & _MASK
        part = (part ^ part >> 24) * _FACTOR & _MASK
        mixed = mixed * _FACTOR & _MASK ^ part
    if whole != len(data):
        mixed = (mixed ^ int.from_bytes(data[whole:], "little")) * _FACTOR & _MASK
    mixed = (mixed ^ mixed >> 13) * _FACTOR & _MASK
    return mixed ^ mixed >> 15
