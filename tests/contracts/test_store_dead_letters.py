"""Refused records: kept, counted, bounded, and never kept twice."""

from dataclasses import replace

from tests.contracts.building import START, Ward, all_rows

from wardline.model.dead_letters import DeadLetter
from wardline.pipeline.ports import Query, Store

LETTER = DeadLetter(START, "monitor", "3", "PT-1", "spo2", "implausible value", '{"spo2":"x"}')


def letters(store: Store):
    return all_rows(store, Query("dead-letters"))


def test_a_refused_record_comes_back_whole(store: Store, ward: Ward):
    store.commit(ward.commit(dead_letters=[LETTER]))
    assert letters(store) == [
        (START, "monitor", "3", "PT-1", "spo2", "implausible value", 1, '{"spo2":"x"}')
    ]
    assert store.page(Query("dead-letters"), 5).rows == letters(store)
    assert letters(store) == all_rows(store, Query("dead-letters", "PT-1"))
    assert all_rows(store, Query("dead-letters", "PT-2")) == []


def test_repeats_within_a_minute_of_the_first_are_one_letter_with_a_count(store: Store, ward: Ward):
    times = [0, 30_000, 59_999, 60_000, 61_000, 130_000]
    repeats = [replace(LETTER, received_at=START + at, raw=str(at)) for at in times]
    store.commit(ward.commit(dead_letters=repeats[:2]))
    store.commit(ward.commit(dead_letters=repeats[2:]))
    assert [(row[0] - START, row[6], row[7]) for row in letters(store)] == [
        (0, 3, "0"), (60_000, 2, "60000"), (130_000, 1, "130000"),
    ]  # fmt: skip


def test_another_source_patient_field_or_reason_is_another_letter(store: Store, ward: Ward):
    others = [replace(LETTER, **{name: "other"}) for name in ("source", "patient_id", "field",
                                                              "reason")]  # fmt: skip
    store.commit(ward.commit(dead_letters=[LETTER, *others]))
    assert [row[6] for row in letters(store)] == [1] * 5


def test_replaying_an_origin_adds_no_letter_and_no_count(store: Store, ward: Ward):
    read = [replace(LETTER, position=f"day.csv:{line}", raw=str(line)) for line in (4, 5)]
    store.commit(ward.commit(dead_letters=read))
    again = [replace(letter, received_at=START + 10**7) for letter in read]
    store.commit(ward.commit(dead_letters=again))
    assert [row[6] for row in letters(store)] == [2]


def test_a_flood_of_one_rejection_keeps_a_thousand_records_and_counts_on(store: Store, ward: Ward):
    flood = [replace(LETTER, position=f"feed:{n}", raw=str(n)) for n in range(1_500)]
    store.commit(ward.commit(dead_letters=flood))
    assert [row[6] for row in letters(store)] == [1_500]
    assert [letter.raw for letter in store.dead_letters()] == [str(n) for n in range(1_000)]
    assert list(store.dead_letters("another reason")) == []


def test_a_record_of_any_size_and_content_can_be_kept(store: Store, ward: Ward):
    raws = ["ü" * 100_000, "lone \ud800 surrogate", "nul \0 inside", ""]
    kept = [replace(LETTER, field=str(n), raw=raw) for n, raw in enumerate(raws)]
    store.commit(ward.commit(dead_letters=kept))
    assert [row[7] for row in letters(store)] == [
        "ü" * 32_768, "lone \\ud800 surrogate", "nul \\x00 inside", "",
    ]  # fmt: skip
