import math
from pathlib import Path

import numpy as np
import pytest

from wardline.codecs import bidmc
from wardline.codecs.bidmc import Person, decode_numerics, parse_person
from wardline.codecs.csv_rows import TableError
from wardline.model.names import Dictionaries
from wardline.model.vitals import MISSING, Vital

HEADER = "Time [s], HR, PULSE, RESP, SpO2\n"
START = 946_684_800_000


def decode(text: str, person: Person = Person()):  # noqa: B008 - frozen
    return decode_numerics(text.encode(), "bidmc_05", person, Dictionaries(), "test")


def refused(text: str) -> list[tuple[int, str, str]]:
    return [(r.position, r.field, r.reason) for r in decode(text).decoded.rejections]


def test_each_second_is_one_reading_from_the_year_2000_on():
    batch = decode(f"{HEADER}-0,98,97,10,99\n1,98.25,97,10,100\n").decoded.batch
    assert batch.observed_at.tolist() == [START, START + 1000]
    assert batch.received_at.tolist() == batch.observed_at.tolist()
    assert batch.values[:, : Vital.SPO2 + 1].tolist() == [
        [98_000, 97_000, 10_000, 99_000],
        [98_250, 97_000, 10_000, 100_000],
    ]
    assert batch.patients.texts(batch.patient) == ["bidmc_05"] * 2
    assert batch.position.tolist() == [2, 3]
    assert batch.raw.text(1) == "1,98.25,97,10,100"


def test_columns_are_found_by_name_in_any_order_and_others_are_passed_over():
    batch = decode("SpO2 ,CO2,  Time [s],hr\n99,38,2,70\n").decoded.batch
    assert batch.values[0, Vital.SPO2] == 99_000
    assert batch.values[0, Vital.HEART_RATE] == 70_000
    assert batch.values[0, Vital.RESPIRATORY_RATE] == MISSING
    assert batch.observed_at.tolist() == [START + 2000]


def test_blank_and_nan_are_not_measured():
    batch = decode(f"{HEADER}0,,NaN,nan,99\n").decoded.batch
    assert batch.values[0].tolist().count(MISSING) == 7
    assert batch.na.tolist() == batch.bad.tolist() == [0]


def test_a_sentinel_is_marked_unavailable_and_an_impossible_value_implausible():
    batch = decode(f"{HEADER}0,-1,97,10,101\n").decoded.batch
    assert batch.na.tolist() == [1 << Vital.HEART_RATE]
    assert batch.bad.tolist() == [1 << Vital.SPO2]


def test_milliseconds_are_kept_and_what_is_finer_is_cut_off():
    batch = decode(f"{HEADER}4.001,98,,,\n4.0029,98,,,\n").decoded.batch
    assert (batch.observed_at - START).tolist() == [4001, 4002]


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("7,,NaN,,", "", "nothing measured"),
        ("7,98,fast,10,99", "pulse_rate", "not a number"),
        ("7,98,1_0,10,99", "pulse_rate", "not a number"),
        ("7,inf,97,10,99", "heart_rate", "not a finite number"),
        (",98,97,10,99", "timestamp", "missing"),
        ("soon,98,97,10,99", "timestamp", "not a number"),
        ("1e12,98,97,10,99", "timestamp", "outside the years 1900 to 2300"),
        ("7,98,97", "", "3 cells where the header has 5"),
        ('7,98,97,10,"99', None, None),
    ],
)
def test_a_row_that_is_no_reading_is_refused_and_its_neighbours_stay(row, field, reason):
    whole = decode(f"{HEADER}6,98,97,10,99\n{row}\n8,98,97,10,99\n")
    if field is None:
        assert len(whole.decoded.batch) == 3
        return
    assert len(whole.decoded.batch) == 2
    (rejection,) = whole.decoded.rejections
    assert (rejection.index, rejection.position) == (1, 3)
    assert (rejection.field, rejection.reason) == (field, reason)
    assert (rejection.patient_id, rejection.raw) == ("bidmc_05", row)
    assert whole.decoded.rows.tolist() == [0, 2]


def test_blank_lines_are_ignored_and_counted():
    whole = decode(f"{HEADER}0,98,97,10,99\r\n\r\n1,98,97,10,99\r\n")
    assert (len(whole.decoded.batch), whole.decoded.ignored, whole.rows) == (2, 1, 3)


def test_a_waveform_table_is_no_numerics_table():
    with pytest.raises(TableError):
        decode("Time [s], RESP, PLETH, V, AVR, II\n0,0.1,0.2,0.3,0.4,0.5\n")
    with pytest.raises(TableError):
        decode("")


def test_age_and_gender_come_from_the_text_beside_it():
    person = parse_person(b"bidmc_05\nAge: 73\nGender: F\nLocation: micu\n")
    batch = decode(f"{HEADER}0,98,97,10,99\n", person).decoded.batch
    assert batch.age.tolist() == [73]
    assert batch.labels.texts(batch.gender) == ["F"]
    assert parse_person(b"Age: 90+\nGender: M\n") == Person(90, "M")
    assert parse_person(b"Age: ?\nGender: \nLocation: ccu") == Person()


def test_every_row_of_every_shared_recording_is_a_reading_or_refused(data_folder: Path):
    paths = sorted((data_folder / "bidmc").glob("*_Numerics.csv"))
    assert paths
    for path in paths:
        content = path.read_text()
        whole = decode(content)
        rows = [line.split(",") for line in content.splitlines()[1:]]
        assert whole.rows == len(rows) == len(whole.decoded.batch) + len(whole.decoded.rejections)
        expected = np.array([[_number(cell) for cell in row[1:]] for row in rows])
        expected = expected[~np.isnan(expected).all(axis=1)]
        values = whole.decoded.batch.values[:, [int(vital) for vital in bidmc.COLUMNS.values()]]
        is_bad = (expected <= 0) & [True, True, False, True]
        measured = ~np.isnan(expected) & ~is_bad
        assert np.array_equal(values != MISSING, measured)
        assert np.array_equal(values[measured], np.rint(expected[measured] * 1000))
        assert int(np.bitwise_count(whole.decoded.batch.bad).sum()) == int(is_bad.sum())


def _number(cell: str) -> float:
    return float(cell) if cell.strip() else math.nan
