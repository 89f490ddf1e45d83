"""The digest: findings that were due, and nothing else, decide it."""

from collections.abc import Mapping
from hashlib import sha256

from wardline.codecs.digest import findings_sha256

MINUTE = 60_000
HEADERS = (
    "patient_id,window_start,width_s,vital,count,min,max,mean,revision\n",
    "patient_id,at,name,version,total,at_least,complete,risk,parts\n",
    "patient_id,at,vital,detector,score,value,usual_mean,usual_deviation\n",
    "patient_id,seq,at,rule,state,priority,kind,vital,value,limit,reason,onset\n",
)


def window(patient: str, start: int):
    return (patient, start, 60, "spo2", 2, 90_000, 91_000, 90_500, 0)


def anomaly(patient: str, at: int):
    return (patient, at, "spo2", "z_score", -3_500, 80_000, 97_000, 700)


def transition(patient: str, at: int):
    return (patient, 1, at, "no_signal", "active", "medium", "technical", None, None, None,
            "No reading has arrived for 30 s.", at)  # fmt: skip


def digest(
    rows: Mapping[str, list[tuple[object, ...]]], lines: Mapping[str, int], patients=None
) -> str:
    def by_patient(table: str):
        found = rows.get(table, [])
        return [[row for row in found if row[0] == patient] for patient in ("a", "b")]

    return findings_sha256(by_patient, lines, patients)


def test_no_findings_are_the_four_headers():
    assert digest({}, {}) == sha256("".join(HEADERS).encode()).hexdigest()


def test_the_digest_is_that_of_the_exports_in_order():
    text = (
        HEADERS[0] + "a,1970-01-01T00:00:00.000Z,60,spo2,2,90,91,90.5,0\n" + HEADERS[1]
        + HEADERS[2] + "b,1970-01-01T00:00:00.007Z,spo2,z_score,-3.5,80,97,0.7\n" + HEADERS[3]
        + "a,1,1970-01-01T00:00:00.009Z,no_signal,active,medium,technical,,,,"
        "No reading has arrived for 30 s.,1970-01-01T00:00:00.009Z\n"
    )  # fmt: skip
    rows = {"windows": [window("a", 0)], "anomalies": [anomaly("b", 7)],
            "transitions": [transition("a", 9)]}  # fmt: skip
    found = digest(rows, {"a": 70_000, "b": 7})
    assert found == sha256(text.encode()).hexdigest()


def test_what_was_due_after_the_last_reading_or_command_does_not_count():
    rows = {"windows": [window("a", 0), window("a", MINUTE)], "anomalies": [anomaly("a", 130_000)]}
    lines = {"a": 130_000}
    whole = digest(rows, lines)
    later = {
        "windows": [*rows["windows"], window("a", 2 * MINUTE)],
        "anomalies": [*rows["anomalies"], anomaly("a", 130_001)],
        "transitions": [transition("a", 130_001)],
    }
    assert digest(later, lines) == whole
    assert digest(rows, {"a": 129_999}) != whole


def test_a_patient_without_accepted_readings_has_no_part_in_it():
    assert digest({"transitions": [transition("b", 1)]}, {"a": 5}) == digest({}, {})


def test_a_digest_can_be_taken_of_some_patients():
    rows = {"anomalies": [anomaly("a", 1), anomaly("b", 1)]}
    lines = {"a": 5, "b": 5}
    only_a = digest({"anomalies": [anomaly("a", 1)]}, lines)
    assert digest(rows, lines, {"a"}) == only_a
    assert digest(rows, lines, {"a", "b"}) == digest(rows, lines) != only_a
