"""Partitions of keys: Java's hash, the driver's, and which one was used."""

import confluent_kafka
import hypothesis.strategies as st
import pytest
from hypothesis import given

from wardline.sources.kafka.keys import crc32_partition_of, hash_used, partition_of

JAVA_S = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}
"""Of the tests of Kafka itself: the hash of murmur2 before its sign is taken off."""


@pytest.mark.parametrize("key", JAVA_S)
def test_a_key_has_the_partition_that_java_gives_it(key: bytes):
    assert partition_of(key, 1 << 31) == JAVA_S[key] & 0x7FFFFFFF
    assert partition_of(key, 7) == (JAVA_S[key] & 0x7FFFFFFF) % 7


@given(st.binary(min_size=1, max_size=64), st.integers(1, 1_000))
def test_both_hashes_are_those_of_the_driver(key: bytes, count: int):
    assert partition_of(key, count) == confluent_kafka.murmur2(key, count)
    assert crc32_partition_of(key, count) == confluent_kafka.consistent(key, count)


def test_the_hash_that_was_used_is_recognised():
    keys = [b"PT-%03d" % number for number in range(20)]
    by_java = [partition_of(key, 3) for key in keys]
    by_driver = [crc32_partition_of(key, 3) for key in keys]
    assert hash_used(keys, by_java, 3) == "murmur2"
    assert hash_used(keys, by_driver, 3) == "crc32"
    assert hash_used(keys, by_java[::-1], 3) is None
    assert hash_used([b"", *keys], [2, *by_java], 3) == "murmur2"


def test_a_hash_is_not_guessed():
    assert hash_used([], [], 3) is None
    assert hash_used([b"a", b"b"], [0, 0], 1) is None
