import pytest
from hypothesis import given
from hypothesis import strategies as st

from wardline.pipeline.ring import Found, FoundRing, LostError

KEPT = 5


def ring_of(seqs: list[int]) -> FoundRing:
    ring = FoundRing(KEPT, 0)
    for seq in seqs:
        ring.append(Found(seq, "p", str(seq)))
    return ring


@given(st.sets(st.integers(1, 60)), st.integers(0, 61))
def test_after_gives_all_rows_after_a_number_or_says_that_some_are_lost(kept: set[int], seq: int):
    seqs = sorted(kept)
    ring = ring_of(seqs)
    wanted = [one for one in seqs if one > seq]
    try:
        assert [found.seq for found in ring.after(seq)] == wanted
    except LostError:
        assert len(wanted) > KEPT
    assert [found.seq for found in ring.newest_after(seq)][-KEPT:] == wanted[-KEPT:]


@given(st.integers(0, 100))
def test_a_ring_never_holds_more_than_twice_what_it_keeps(count: int):
    assert len(ring_of(list(range(1, count + 1))).newest_after(0)) < 2 * KEPT + 1


def test_what_was_before_the_first_row_is_lost():
    with pytest.raises(LostError):
        FoundRing(KEPT, 100).after(99)
    assert FoundRing(KEPT, 100).after(100) == []


def test_what_was_forgotten_is_lost_and_what_comes_later_is_kept():
    ring = ring_of([1, 2])
    ring.forget(3)
    with pytest.raises(LostError):
        ring.after(2)
    ring.append(Found(4, "p", "4"))
    assert [found.seq for found in ring.after(3)] == [4]
