"""Admissions in every store: kept once by id, read newest first, counted."""

from collections.abc import Sequence
from typing import Any

import pytest
from tests.codecs.admitted import ADMITTED, admission
from tests.contracts.building import START, Ward

from wardline.model.admissions import Admission, Share
from wardline.model.commands import ADMIT, DISCHARGE
from wardline.pipeline.admissions import Admissions, KnownAdmissions, admissions_of
from wardline.pipeline.ports import Store


def numbered(number: int, **changed: Any) -> Admission:
    place = {"admission_id": f"ADM-{number:03d}", "timestamp": ADMITTED + number}
    return admission(**{**place, **changed})


def kept(store: Store, some: Sequence[Admission]) -> Admissions:
    store.commit(Ward().commit(admissions=list(some)))
    opened = admissions_of(store)
    assert opened is not None
    return opened


def page(store: Admissions, **asked: Any) -> list[Admission]:
    return store.admission_page(**asked).admissions


def test_an_admission_comes_back_as_it_was_given(store: Store):
    given = admission(
        patient_id="Ä-" + "x" * 48, patient_name="Zoë 中 O'Neil", temperature_celsius=38.5,
        timestamp=ADMITTED + 1, admission_timestamp=-5_000_000_001,
    )  # fmt: skip
    assert page(kept(store, [given])) == [given]


def test_the_newest_record_of_an_admission_counts_whatever_comes_when(store: Store):
    first, second = numbered(1), numbered(1, timestamp=ADMITTED + 9, status="Discharged")
    kept(store, [second])
    kept(store, [first, second])
    assert page(kept(store, [first])) == [second]
    same_time = numbered(1, timestamp=ADMITTED + 9, department="ICU")
    assert page(kept(store, [same_time, first])) == [same_time]


def test_pages_give_every_admission_once_newest_first(store: Store):
    given = [numbered(n, timestamp=ADMITTED + n // 3) for n in range(10)]
    opened = kept(store, reversed(given))  # type: ignore[arg-type]
    seen, after = list[Admission](), None
    while True:
        found = opened.admission_page(limit=4, after=after)
        seen += found.admissions
        after = found.next
        if after is None:
            break
    assert seen == given[::-1]
    assert opened.admission_page(limit=10).next is None


def test_a_page_may_be_of_one_risk_level(store: Store):
    high = {"oxygen_saturation": 88, "heart_rate": 120, "respiratory_rate": 28}
    opened = kept(store, [numbered(1), numbered(2, **high), numbered(3, **high), numbered(4)])
    found = opened.admission_page(risk="High", limit=1)
    assert [a.admission_id for a in found.admissions] == ["ADM-003"]
    found = opened.admission_page(risk="High", limit=1, after=found.next)
    assert [a.admission_id for a in found.admissions] == ["ADM-002"]
    assert found.next is None
    assert page(opened, risk="Medium") == []


@pytest.mark.parametrize(
    "token",
    ["", "nonsense", "ü", "W10=", "WzEsICJcdTAwMDAiXQ==", "WzFlOTksICJhIl0=",
     "WzEwMDAwMDAwMDAwMDAwMDAwMCwgImEiXQ=="],
)  # fmt: skip
def test_what_is_no_token_is_refused(store: Store, token: str):
    with pytest.raises(ValueError, match="token"):
        kept(store, []).admission_page(after=token)


def test_an_empty_store_counts_nothing(store: Store):
    summary = kept(store, []).admission_summary()
    assert (summary.patients, summary.admissions, summary.high_risk_patients) == (0, 0, 0)
    assert summary.critical_oxygen == 0
    assert summary.average_age is None
    assert set(summary.average_vitals.values()) == {None}
    assert (summary.departments, summary.diagnoses) == ((), ())
    assert [share.count for share in (*summary.risk_levels, *summary.admission_types)] == [0] * 7


def test_a_summary_counts_people_records_and_means(store: Store):
    high = {"oxygen_saturation": 89, "heart_rate": 121, "respiratory_rate": 28, "patient_id": "H"}
    summary = kept(
        store,
        [
            numbered(1, age=40, department="ICU", temperature_celsius=36.7),
            numbered(2, age=41, primary_diagnosis="COPD", **high),
            numbered(3, age=43, primary_diagnosis="COPD", blood_pressure="131/70", **high),
            numbered(4, age=42, oxygen_saturation=90, admission_type="Elective"),
        ],
    ).admission_summary()
    assert (summary.patients, summary.admissions) == (2, 4)
    assert (summary.high_risk_patients, summary.critical_oxygen) == (1, 2)
    assert summary.average_age == 41.5
    assert summary.departments == (Share("Cardiology", 3), Share("ICU", 1))
    assert summary.diagnoses == (Share("COPD", 2), Share("Hypertension", 2))
    assert summary.risk_levels == (Share("Low", 1), Share("Medium", 1), Share("High", 2))
    assert [(s.name, s.count) for s in summary.admission_types if s.count] == [
        ("Elective", 1), ("Urgent", 3),
    ]  # fmt: skip
    assert summary.average_vitals == {
        "heart_rate": 96.5, "systolic_bp": 122.8, "diastolic_bp": 77.5,
        "temperature_celsius": 36.9, "oxygen_saturation": 91.3, "respiratory_rate": 22.0,
    }  # fmt: skip


def test_only_the_most_frequent_departments_and_diagnoses_are_counted_one_by_one(store: Store):
    given = [numbered(n, department=f"D{n}", primary_diagnosis=f"X{n}") for n in range(30)]
    summary = kept(store, [*given, numbered(31, department="D29")]).admission_summary()
    assert (len(summary.departments), len(summary.diagnoses)) == (20, 10)
    assert summary.departments[0] == Share("D29", 2)


def test_what_is_known_about_admissions_is_told_with_the_stays_that_go_on(store: Store):
    ward, opened = Ward(), kept(store, [numbered(1), numbered(2, department="ICU")])
    stays = [
        ward.command("P-1", START, ADMIT, admission_id="ADM-002", ward="ICU", bed="1"),
        ward.command("P-2", START, ADMIT, admission_id="X", ward="ICU", bed="2"),
        ward.command("P-2", START + 1, DISCHARGE),
    ]
    store.commit(ward.commit(*stays))
    asked = [numbered(2), numbered(3, patient_id="P-2"), *(numbered(n) for n in range(100, 700))]
    assert opened.known_admissions(asked) == KnownAdmissions(
        places={"ADM-002": ("ICU", "East 101")},
        newest={"P-1": ADMITTED + 2},
        open_stays={"P-1": "ADM-002"},
    )


def test_admissions_are_durable_with_their_commit(open_store: Any):
    given = [numbered(1), numbered(2)]
    kept(open_store(), given)
    assert page(open_store()) == given[::-1]
