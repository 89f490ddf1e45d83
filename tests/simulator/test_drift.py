import numpy as np
import pytest

from wardline.simulator.drift import BLOCK_MS, CHANNELS, KNOT_MS, TIME_CONSTANT_MS, Drift

PATIENTS = 300


@pytest.fixture(scope="module")
def drift() -> Drift:
    return Drift(PATIENTS, seed=5)


def everyone(drift: Drift, at_ms: int):
    return drift.at(np.arange(PATIENTS), np.full(PATIENTS, at_ms))


def test_drift_is_stationary_with_mean_0_and_deviation_1(drift):
    for at_ms in (0, BLOCK_MS // 3 // KNOT_MS * KNOT_MS, BLOCK_MS // 2):
        values = everyone(drift, at_ms)
        assert np.abs(values.mean(axis=1)).max() < 0.2
        assert np.abs(values.std(axis=1) - 1).max() < 0.15


@pytest.mark.parametrize("channel", range(CHANNELS))
def test_drift_forgets_as_fast_as_its_time_constant_says(drift, channel):
    gap_ms = TIME_CONSTANT_MS[channel] // KNOT_MS * KNOT_MS
    starts = range(0, 40 * BLOCK_MS, 4 * BLOCK_MS)
    before = np.concatenate([everyone(drift, start + BLOCK_MS // 8)[channel] for start in starts])
    after = np.concatenate(
        [everyone(drift, start + BLOCK_MS // 8 + gap_ms)[channel] for start in starts]
    )
    kept = np.corrcoef(before, after)[0, 1]
    assert kept == pytest.approx(np.exp(-gap_ms / TIME_CONSTANT_MS[channel]), abs=0.06)


def test_drift_does_not_jump_at_the_boundary_of_a_block(drift):
    step = np.abs(everyone(drift, BLOCK_MS) - everyone(drift, BLOCK_MS - 1))
    assert step.max() < 0.001


def test_a_moment_is_the_same_alone_and_among_many_blocks(drift):
    moments = np.arange(0, 3 * BLOCK_MS, 700_000)
    together = drift.at(np.full(len(moments), 9), moments)
    for place in np.random.default_rng(0).permutation(len(moments)):
        alone = Drift(PATIENTS, seed=5).at(np.array([9]), moments[place : place + 1])
        np.testing.assert_array_equal(alone[:, 0], together[:, place])


def test_blocks_kept_are_bounded(drift):
    for block in range(20):
        everyone(drift, block * BLOCK_MS)
    assert len(drift._blocks) <= 4
