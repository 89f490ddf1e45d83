import numpy as np

from wardline.simulator.noise import Stream, drawn, keys, lane, normal, uniform


def many_bits(count: int = 100_000):
    key = keys(7, Stream.JITTER, np.arange(1))
    return drawn(key, np.arange(count))


def test_a_number_does_not_depend_on_what_is_drawn_beside_it():
    key = keys(7, Stream.DRIFT, np.arange(50))
    alone = drawn(key[31:32], np.array([1_000]))
    assert alone[0] == drawn(key, np.full(50, 1_000))[31]


def test_seed_stream_subject_and_part_each_change_the_key():
    subjects = np.array([3])
    found = {
        int(keys(1, Stream.DRIFT, subjects)[0]),
        int(keys(2, Stream.DRIFT, subjects)[0]),
        int(keys(1, Stream.FAULT, subjects)[0]),
        int(keys(1, Stream.DRIFT, subjects + 1)[0]),
        int(keys(1, Stream.DRIFT, subjects, 1)[0]),
    }
    assert len(found) == 5


def test_known_numbers_stay_what_they_are():
    """A changed generator would silently change every recorded run."""
    key = keys(42, Stream.DRIFT, np.arange(2))
    assert drawn(key, np.array([0, 1])).tolist() == [
        9_185_322_022_531_298_906,
        8_430_668_235_754_002_223,
    ]


def test_uniform_numbers_fill_the_unit_interval_evenly():
    numbers = uniform(many_bits())
    assert numbers.min() >= 0
    assert numbers.max() < 1
    shares = np.histogram(numbers, bins=10, range=(0, 1))[0] / len(numbers)
    assert np.abs(shares - 0.1).max() < 0.005


def test_normal_numbers_have_mean_0_and_deviation_1_and_are_bounded():
    numbers = normal(many_bits())
    assert abs(numbers.mean()) < 0.02
    assert abs(numbers.std() - 1) < 0.02
    assert np.abs(numbers).max() < 3.5


def test_lanes_of_the_same_bits_are_unrelated():
    bits = many_bits()
    related = np.corrcoef([lane(bits, number) for number in range(4)])
    assert np.abs(related - np.eye(4)).max() < 0.02
