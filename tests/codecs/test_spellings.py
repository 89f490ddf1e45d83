import gc
import weakref

import numpy as np

from wardline.codecs import spellings
from wardline.codecs.compiled import NOT_SEEN, SPAN_BITS, compiled
from wardline.codecs.fields import JSON_FIELDS
from wardline.codecs.spellings import KEY, LABEL, PATIENT, SOURCE, code_of, mix, spellings_of
from wardline.model.names import Dictionaries


@compiled
def _look_up(entries, texts, kind, text):
    mixed = kind
    for index in range(len(text)):
        mixed = mix(mixed, int(text[index]))
    return code_of(entries, texts, kind, text, 0, len(text), mixed)


def found(table, kind, text):
    spelling = np.frombuffer(text.encode(), dtype=np.uint8)
    return _look_up(table.entries, table.texts, kind, spelling)


def test_every_field_name_is_in_a_new_table():
    table = spellings_of(Dictionaries())
    assert {name: found(table, KEY, name) for name in JSON_FIELDS} == JSON_FIELDS


def test_texts_are_found_after_they_were_settled_and_under_their_kind_only():
    dictionaries = Dictionaries()
    table = spellings_of(dictionaries)
    code = table.code(dictionaries.patients, PATIENT, b"p-1")
    table.settle()
    assert found(table, PATIENT, "p-1") == code == dictionaries.patients.find("p-1")
    assert {found(table, kind, "p-1") for kind in (KEY, SOURCE, LABEL)} == {NOT_SEEN}


def test_a_text_of_another_kind_is_not_taken_even_where_slots_are_shared():
    entries, texts = spellings._new_table(4, 8)
    texts[:4] = np.frombuffer(b"abcd", dtype=np.uint8)
    spans = np.arange(4) << SPAN_BITS | 1
    spellings.enter(entries, texts, np.arange(4) << 2 | PATIENT, spans)
    looked_up = [
        [_look_up(entries, texts, kind, texts[n : n + 1]) for n in range(4)]
        for kind in (PATIENT, SOURCE)
    ]
    assert looked_up == [[0, 1, 2, 3], [NOT_SEEN] * 4]


def test_texts_that_cannot_be_used_get_no_code():
    dictionaries = Dictionaries()
    table = spellings_of(dictionaries)
    for spelling in (b"", b"\xff", b"a\x00", "\x85".encode(), b"x" * 129, b"\xed\xa0\x80"):
        assert table.code(dictionaries.patients, PATIENT, spelling) is None
    assert len(dictionaries.patients) == 0


def test_the_table_grows_and_nearly_all_texts_stay_found():
    dictionaries = Dictionaries()
    table = spellings_of(dictionaries)
    for start in range(0, 20_000, 1000):
        for n in range(start, start + 1000):
            table.code(dictionaries.patients, PATIENT, b"PT-%05d" % n)
        table.settle()
    codes = [found(table, PATIENT, f"PT-{n:05d}") for n in range(20_000)]
    wrong = [n for n, code in enumerate(codes) if code not in (n, NOT_SEEN)]
    assert wrong == []
    assert codes.count(NOT_SEEN) < 20


def test_a_full_table_starts_again_and_keeps_the_codes(monkeypatch):
    monkeypatch.setattr(spellings, "SLOTS_MAX", 1024)
    dictionaries = Dictionaries()
    table = spellings_of(dictionaries)
    for n in range(2000):
        table.code(dictionaries.patients, PATIENT, b"PT-%05d" % n)
        table.settle()
    assert len(table.entries) <= 1024
    assert table.code(dictionaries.patients, PATIENT, b"PT-00000") == 0
    assert found(table, KEY, "spo2") == JSON_FIELDS["spo2"]


def test_a_table_goes_with_its_dictionaries():
    dictionaries = Dictionaries()
    table = weakref.ref(spellings_of(dictionaries))
    assert spellings_of(dictionaries) is table()
    del dictionaries
    gc.collect()
    assert table() is None


def test_a_table_belongs_to_all_three_dictionaries():
    first = Dictionaries()
    other = Dictionaries(patients=first.patients)
    assert spellings_of(first) is not spellings_of(other)
