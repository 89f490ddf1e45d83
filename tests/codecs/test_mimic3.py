import csv
import gzip
import io
import random
from pathlib import Path

import numpy as np
import pytest

from wardline.codecs.csv_rows import TableError
from wardline.codecs.mimic3 import Person, decode_vitals, has_vitals, parse_stays
from wardline.codecs.mimic3_tables import DEVICES, LETTERS, PARAMS, Oxygen
from wardline.codecs.recorded import Recorded, cut
from wardline.model.names import Dictionaries
from wardline.model.vitals import ARTERIAL, CUFF, MARK_BIT, MISSING, UNSTATED, Vital

HEADER = (
    "subject_id,icustay_id,charttime,param,value_num,value_text,unit,itemid,label,dbsource,error\n"
)
NOON = "2126-08-14 12:00:00"


def row(param: str, value: object, *, time: str = NOON, subject: str = "7", error: int = 0) -> str:
    number, text = ("", value) if param in {"consciousness", "o2_device"} else (value, '""')
    return f"{subject},100,{time},{param},{number},{text},,1,Label,carevue,{error}"


def decode(*rows: str, stays: dict[str, Person] | None = None) -> Recorded:
    table = HEADER + "".join(f"{line}\n" for line in rows)
    return decode_vitals(table.encode(), stays or {}, Dictionaries(), "test")


def refusals(whole: Recorded) -> list[tuple[str, str]]:
    return [(rejection.field, rejection.reason) for rejection in whole.decoded.rejections]


def test_rows_of_one_moment_are_one_reading_and_pressures_are_two_more():
    whole = decode(
        row("abp_sys", 118), row("hr", 82), row("nibp_sys", 110), row("spo2", 98),
        row("nibp_dia", 60), row("abp_mean", 80),
    )  # fmt: skip
    batch = whole.decoded.batch
    assert batch.sources.texts(batch.source) == ["abp", "", "nibp"]
    assert batch.bp_method.tolist() == [ARTERIAL, UNSTATED, CUFF]
    assert batch.patients.texts(batch.patient) == ["mimic3_7"] * 3
    assert batch.values[0, [Vital.SYSTOLIC_BP, Vital.MEAN_BP]].tolist() == [118_000, 80_000]
    assert batch.values[1, [Vital.HEART_RATE, Vital.SPO2]].tolist() == [82_000, 98_000]
    assert batch.values[2, [Vital.SYSTOLIC_BP, Vital.DIASTOLIC_BP]].tolist() == [110_000, 60_000]
    assert batch.position.tolist() == [2, 3, 4]
    assert whole.source_rows.tolist() == [2, 2, 2]
    assert batch.raw.text(1) == row("hr", 82) + "\n" + row("spo2", 98)


def test_rows_of_one_moment_may_lie_apart_and_the_first_one_gives_the_place():
    later = "2126-08-14 13:00:00"
    whole = decode(row("hr", 82), row("hr", 90, time=later), row("resp", 17))
    batch = whole.decoded.batch
    assert batch.values[:, Vital.RESPIRATORY_RATE].tolist() == [17_000, MISSING]
    assert batch.position.tolist() == [2, 3]
    assert np.diff(batch.observed_at).tolist() == [3_600_000]


def test_fahrenheit_becomes_celsius():
    assert decode(row("temp_f", "98.6")).decoded.batch.values[0, Vital.TEMPERATURE] == 37_000


def test_the_same_temperature_on_both_scales_is_merged_and_another_one_is_refused():
    same = decode(row("temp_c", 37), row("temp_f", "98.6"))
    assert (refusals(same), same.source_rows.tolist()) == ([], [2])
    other = decode(row("temp_c", 37), row("temp_f", 100))
    assert other.decoded.batch.values[0, Vital.TEMPERATURE] == 37_000
    assert refusals(other) == [("temp_f", "another value counts for this moment")]
    assert other.decoded.rejections[0].raw == row("temp_f", 100)


def test_a_plausible_value_counts_before_an_implausible_one_whatever_comes_first():
    whole = decode(row("abp_mean", 0), row("abp_mean", 64))
    assert whole.decoded.batch.values[0, Vital.MEAN_BP] == 64_000
    assert whole.decoded.batch.bad.tolist() == [0]
    assert refusals(whole) == [("abp_mean", "implausible value")]
    assert whole.decoded.rejections[0].source == "abp"


def test_an_impossible_value_alone_is_a_mark_with_its_row_kept():
    whole = decode(row("nibp_sys", 11647), row("hr", 0))
    batch = whole.decoded.batch
    assert batch.bad.tolist() == [1 << Vital.SYSTOLIC_BP, 1 << Vital.HEART_RATE]
    assert batch.raw.text(0) == row("nibp_sys", 11647)
    assert refusals(whole) == []


def test_a_sentinel_is_a_mark_of_its_own():
    assert decode(row("temp_f", -999)).decoded.batch.na.tolist() == [1 << Vital.TEMPERATURE]


def test_what_was_charted_in_error_is_refused_even_if_wardline_has_no_field_for_it():
    whole = decode(row("hr", 300, error=1), row("gcs_eye", 4, error=1), row("hr", 82))
    assert refusals(whole) == [("hr", "charted in error"), ("gcs_eye", "charted in error")]
    assert whole.decoded.batch.values[0, Vital.HEART_RATE] == 82_000
    assert whole.decoded.rows.tolist() == [2]


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (row("hr", "fast"), "hr", "not a number"),
        (row("hr", "inf"), "hr", "not a finite number"),
        (row("hr", 82, subject=""), "subject_id", "missing"),
        (row("hr", 82, subject="x" * 122), "subject_id", "unusable"),
        (row("hr", 82, time="yesterday"), "charttime", "not an RFC 3339 time"),
        (row("hr", 82, time="2400-01-01 00:00:00"), "charttime", "outside the years 1900 to 2300"),
        ("7,100," + NOON, "", "3 cells where the header has 11"),
    ],
)
def test_an_unusable_row_is_refused_and_its_moment_stays(line: str, field: str, reason: str):
    whole = decode(row("spo2", 98), line)
    assert refusals(whole) == [(field, reason)]
    assert whole.decoded.rejections[0].raw == line
    assert len(whole.decoded.batch) == 1


def test_blanks_unknown_parameters_and_indefinite_words_are_ignored_and_counted():
    whole = decode(
        row("hr", ""), row("spo2", "NaN"), row("riker_sas", 4), row("consciousness", "Sleeping"),
        row("o2_device", "Other"), "",
    )  # fmt: skip
    assert (len(whole.decoded.batch), whole.decoded.ignored, whole.rows) == (0, 6, 6)


@pytest.mark.parametrize(
    ("text", "letter"),
    [("Alert", "A"), ("  arouse  to VOICE", "V"), ("Arouse to Stimul", "P"), ("Confused", "C"),
     ("Unresponsive", "U"), ("Sedated", "V")],
)  # fmt: skip
def test_charted_consciousness_becomes_a_letter(text: str, letter: str):
    batch = decode(row("consciousness", text)).decoded.batch
    assert "ACVPU"[int(batch.consciousness[0])] == letter


def test_two_letters_in_one_moment_are_named():
    whole = decode(row("consciousness", "Alert"), row("consciousness", "Confused"))
    assert whole.decoded.batch.consciousness.tolist() == [0]
    assert refusals(whole) == [("consciousness", "another value counts for this moment")]


@pytest.mark.parametrize(
    ("stated", "thousandths"), [("0.4", 400), ("40", 400), ("1", 1000), ("100", 1000), ("21", 210)]
)
def test_inspired_oxygen_is_a_fraction_or_a_percentage_by_its_size(stated: str, thousandths: int):
    assert decode(row("fio2", stated)).decoded.batch.fio2.tolist() == [thousandths]


@pytest.mark.parametrize("stated", ["0", "4", "10", "101", "0.2"])
def test_an_impossible_inspired_oxygen_is_marked_and_says_nothing_about_oxygen(stated: str):
    batch = decode(row("fio2", stated)).decoded.batch
    assert batch.bad.tolist() == [1 << MARK_BIT["fio2"]]
    assert (batch.fio2.tolist(), batch.on_oxygen.tolist()) == ([MISSING], [-1])


@pytest.mark.parametrize(
    ("rows", "on_oxygen", "refused"),
    [
        ([("o2_device", "None")], 0, 0),
        ([("o2_device", "Nasal Cannula")], 1, 0),
        ([("o2_flow", 2)], 1, 0),
        ([("o2_flow", 0)], 0, 0),
        ([("fio2", "0.21")], 0, 0),
        ([("fio2", "0.5")], 1, 0),
        ([("o2_device", "Endotracheal tube")], 1, 0),
        ([("o2_device", "Endotracheal tube"), ("fio2", "0.21")], 0, 0),
        ([("o2_device", "Nasal cannula"), ("o2_flow", 0)], 1, 1),
        ([("o2_device", "None"), ("o2_flow", 2)], 1, 1),
        ([("o2_device", "None"), ("fio2", "0.21")], 0, 0),
        ([("hr", 82)], -1, 0),
        ([("o2_device", "Other"), ("hr", 82)], -1, 0),
    ],
)
def test_supplemental_oxygen_is_weighed_from_all_that_is_charted(rows, on_oxygen, refused):
    whole = decode(*(row(param, value) for param, value in rows))
    assert whole.decoded.batch.on_oxygen.tolist() == [on_oxygen]
    assert len(refusals(whole)) == refused


def test_a_negative_flow_is_refused():
    whole = decode(row("o2_flow", -2))
    assert (len(whole.decoded.batch), refusals(whole)) == (0, [("o2_flow", "implausible value")])


def test_age_and_gender_come_from_the_stay():
    stays = parse_stays(b"icustay_id,gender,age\n100,F,64.7\n200,M,300\n300,,\n")
    assert stays == {"100": Person(64, "F"), "200": Person(90, "M"), "300": Person()}
    batch = decode(row("hr", 82), stays=stays).decoded.batch
    assert batch.age.tolist() == [64]
    assert batch.labels.texts(batch.gender) == ["F"]


def test_other_tables_are_no_vital_signs():
    with pytest.raises(TableError):
        decode_vitals(b"a,b\n1,2\n", {}, Dictionaries(), "test")
    assert not has_vitals((HEADER + row("hr_alarm_low", 50) + "\n").encode())
    assert has_vitals((HEADER + row("hr_alarm_low", 50) + "\n" + row("hr", 50)).encode())


@pytest.fixture(scope="module")
def demo(data_folder: Path) -> tuple[bytes, dict[str, Person]]:
    folder = data_folder / "mimic3_demo_vitals"
    content = gzip.decompress((folder / "vitals_long.csv.gz").read_bytes())
    return content, parse_stays((folder / "icustays.csv").read_bytes())


@pytest.fixture(scope="module")
def whole(demo) -> Recorded:
    return decode_vitals(*demo, Dictionaries(), "demo")


def test_every_row_of_the_demo_is_in_a_reading_refused_or_ignored(demo, whole: Recorded):
    rows = list(csv.DictReader(io.StringIO(demo[0].decode())))
    decoded = whole.decoded
    assert whole.rows == len(rows)
    assert sum(line["error"] == "1" for line in rows) == sum(
        rejection.reason == "charted in error" for rejection in decoded.rejections
    )
    assert decoded.ignored == sum(_says_nothing(line) for line in rows if line["error"] != "1")
    kept = sum(decoded.batch.raw.text(index).count("\n") + 1 for index in range(len(decoded.batch)))
    assert kept == int(whole.source_rows.sum())


def test_every_measured_value_of_the_demo_is_there_or_marked_or_refused(demo, whole: Recorded):
    """Row by row, the slow way, straight from the table."""
    batch = whole.decoded.batch
    index = {
        (patient, at, source): place
        for place, (patient, at, source) in enumerate(
            zip(batch.patients.texts(batch.patient), batch.observed_at.tolist(),
                batch.sources.texts(batch.source), strict=True)
        )
    }  # fmt: skip
    assert len(index) == len(batch)
    refused = {rejection.raw for rejection in whole.decoded.rejections}
    for text in demo[0].decode().splitlines()[1:]:
        cells = next(csv.reader([text]))
        if cells[3] not in PARAMS or not cells[4] or text in refused:
            continue
        field, method = PARAMS[cells[3]]
        if field >= len(Vital):
            continue
        at = int(np.datetime64(cells[2], "ms").astype(np.int64))
        place = index[f"mimic3_{cells[0]}", at, ("", "nibp", "abp")[method]]
        stated = float(cells[4]) if cells[3] != "temp_f" else (float(cells[4]) - 32) / 1.8
        if batch.values[place, field] == MISSING:
            assert batch.bad[place] >> field & 1
        else:
            assert abs(batch.values[place, field] - stated * 1000) <= 0.5 + 1e-6


def test_every_charted_word_of_the_demo_was_thought_about(demo):
    rows = list(csv.DictReader(io.StringIO(demo[0].decode())))
    said: dict[str, set[str]] = {}
    for line in rows:
        said.setdefault(line["param"], set()).add(" ".join(line["value_text"].lower().split()))
    assert said["consciousness"] - set(LETTERS) == {"sleeping", "dozing intermit", "paralytic med"}
    assert said["o2_device"] - set(DEVICES) == {"", "other", "other/remarks"}
    assert set(DEVICES.values()) == {Oxygen.NO_OXYGEN, Oxygen.AIRWAY, Oxygen.OXYGEN}


def test_the_order_of_rows_of_one_moment_changes_no_value(demo, whole: Recorded):
    lines = demo[0].decode().splitlines()
    moments: dict[str, list[str]] = {}
    for line in lines[1:8_001]:
        moments.setdefault(",".join(line.split(",")[:3]), []).append(line)
    shuffled = [
        line for rows in moments.values() for line in random.Random(7).sample(rows, len(rows))
    ]
    again = decode_vitals("\n".join([lines[0], *shuffled]).encode(), {}, Dictionaries(), "x")
    first = decode_vitals("\n".join(lines[:8_001]).encode(), {}, Dictionaries(), "x")
    assert again.rows == first.rows == 8_000
    assert _content(again) == _content(first)


@pytest.mark.parametrize("batch_rows", [1, 97, 10_000, 10**9])
def test_pieces_of_any_size_hold_the_same_readings_and_refusals(whole: Recorded, batch_rows: int):
    start = decode_part(whole, 300) if batch_rows == 1 else whole
    pieces = list(cut(start, batch_rows))
    assert all(len(piece.decoded.batch) <= batch_rows for piece in pieces)
    assert sum(piece.rows for piece in pieces) == start.rows
    positions = [place for piece in pieces for place in piece.decoded.batch.position.tolist()]
    assert positions == start.decoded.batch.position.tolist()
    refused = [(r.position, r.raw) for piece in pieces for r in piece.decoded.rejections]
    assert refused == [(r.position, r.raw) for r in start.decoded.rejections]
    for piece in pieces:
        numbers = [*piece.decoded.rows.tolist(), *(r.index for r in piece.decoded.rejections)]
        assert sorted(numbers) == list(range(len(numbers)))


def decode_part(whole: Recorded, readings: int) -> Recorded:
    return next(cut(whole, readings))


def _content(whole: Recorded) -> set[tuple[object, ...]]:
    batch = whole.decoded.batch
    return set(
        zip(batch.patients.texts(batch.patient), batch.observed_at.tolist(),
            batch.sources.texts(batch.source), map(tuple, batch.values.tolist()),
            batch.on_oxygen.tolist(), batch.consciousness.tolist(), batch.bad.tolist(), strict=True)
    )  # fmt: skip


def _says_nothing(line: dict[str, str]) -> bool:
    param, text = line["param"], " ".join(line["value_text"].lower().split())
    if param not in PARAMS:
        return True
    if param in {"consciousness", "o2_device"}:
        return text not in (LETTERS if param == "consciousness" else DEVICES)
    return not line["value_num"]
