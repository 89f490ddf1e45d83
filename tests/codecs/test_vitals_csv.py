import numpy as np
import pytest
from tests.codecs.described import described

from wardline.codecs.csv_cells import RECORD_BYTES_MAX
from wardline.codecs.vitals_csv import CsvDecoder, CsvHeaderError, decode_csv
from wardline.model.names import Dictionaries
from wardline.model.vitals import MARK_BIT, MISSING, VITAL_INDEX

NOON_MS = 1_709_294_400_000
EXPORT = (
    "patient_id,timestamp,source,heart_rate,pulse_rate,respiratory_rate,spo2,systolic_bp,diastolic_bp,"
    "mean_bp,bp_method,temperature,on_oxygen,fio2,consciousness,is_anomaly,marks,late,arrival,arrived_at,"
    "patient_age\n"
)


def decoded(text, **arguments):
    """The only batch of a text."""
    body = text if isinstance(text, bytes) else text.encode()
    (batch,) = decode_csv([body], Dictionaries(), **arguments)
    return batch


def value(batch, vital, row=0):
    return int(batch.values[row, VITAL_INDEX[vital]])


def refused(text, **arguments):
    """(line, field, reason) of every rejection."""
    found = decoded(text, **arguments).rejections
    return [(rejection.position, rejection.field, rejection.reason) for rejection in found]


def test_cells_arrive_in_their_columns_and_empty_ones_are_nothing():
    batch = decoded(
        "patient_id,timestamp,hr,SpO2,late,ward\np,2024-03-01T12:00:00Z,61.5,,x,B\n"
    ).batch
    assert value(batch, "heart_rate") == 61_500
    assert value(batch, "spo2") == MISSING
    assert int(batch.na[0]) == 0
    assert batch.observed_at.tolist() == batch.received_at.tolist() == [NOON_MS]


def test_a_file_may_lack_its_last_line_end_and_begin_with_a_byte_order_mark():
    body = b"\xef\xbb\xbfpatient_id,timestamp,hr\r\np,5,60\r\n\r\nq,6,61"
    first, last = (result.batch for result in decode_csv([body], Dictionaries()))
    assert first.patients.texts(np.append(first.patient, last.patient)) == ["p", "q"]
    assert first.position.tolist() + last.position.tolist() == [2, 4]


def test_quoted_cells_may_hold_commas_quotes_and_line_ends():
    batch = decoded('patient_id,timestamp,hr,note\n"a,""b""",5,"60","two\nlines"\nq,6,61,\n').batch
    assert batch.patients.texts(batch.patient) == ['a,"b"', "q"]
    assert batch.position.tolist() == [2, 4]
    assert batch.raw.text(0) == '"a,""b""",5,"60","two\nlines"\n'


def test_words_and_numbers_are_read_as_producers_write_them():
    names = "on_oxygen,is_anomaly,consciousness,bp_method,patient_age,gender,fio2"
    header = f"patient_id,timestamp,{names}\n"
    batch = decoded(
        header + "p,5,True,0,v,cuff,67.0,F,.28\np,6,1.0,false,A,arterial,67,,0.5\n"
    ).batch
    assert batch.on_oxygen.tolist() == [1, 1]
    assert batch.is_anomaly.tolist() == [0, 0]
    assert batch.consciousness.tolist() == [2, 0]
    assert batch.bp_method.tolist() == [1, 2]
    assert batch.age.tolist() == [67, 67]
    assert batch.fio2.tolist() == [280, 500]
    assert batch.labels.text(batch.gender[0]) == "F"
    assert int(batch.gender[1]) == -1


def test_sentinels_are_unavailable_and_impossible_values_bad():
    batch = decoded("patient_id,timestamp,hr,spo2,temperature\np,5,-1,101,36.6\n").batch
    assert int(batch.na[0]) == 1 << MARK_BIT["heart_rate"]
    assert int(batch.bad[0]) == 1 << MARK_BIT["spo2"]


def test_blood_pressure_is_split():
    batch = decoded("patient_id,timestamp,blood_pressure\np,5,120/80\n").batch
    assert (value(batch, "systolic_bp"), value(batch, "diastolic_bp")) == (120_000, 80_000)


def test_two_columns_for_one_field_must_agree():
    text = "patient_id,timestamp,spo2,SpO2\np,5,97,97.0\np,6,97,\np,7,,96\np,8,97,96\n"
    result = decoded(text)
    assert result.batch.values[:, VITAL_INDEX["spo2"]].tolist() == [97_000, 97_000, 96_000]
    assert [(r.position, r.field) for r in result.rejections] == [(5, "SpO2")]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("p,5,abc,", "hr"), ("p,5,nan,", "hr"), ("p,5,1e999,", "hr"), ("p,5,6_0,", "hr"),
        (",5,60,", "patient_id"), ("p,,60,", "timestamp"), ("p,noon,60,", "timestamp"),
        ("p,5,60,maybe", "on_oxygen"), ("p,5,,", ""), ("p,5,60", ""), ("p,5,60,,", ""),
        ('p"q,5,60,', ""), ('"p"q,5,60,', ""), ("a\x7fb,5,60,", "patient_id"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_refused_alone_and_its_field_named(row, field):
    result = decoded(f"patient_id,timestamp,hr,on_oxygen\ng,1,60,\n{row}\ng,2,60,\n")
    assert result.batch.observed_at.tolist() == [1, 2]
    assert [(r.position, r.field, r.index, r.raw) for r in result.rejections] == [
        (3, field, 1, f"{row}\n")
    ]


def test_a_byte_that_is_no_utf_8_matters_only_in_a_field():
    result = decoded(b"patient_id,timestamp,hr,note\np,5,60,\xff\n\xff,6,60,\n")
    assert result.batch.observed_at.tolist() == [5]
    assert [(r.field, r.raw) for r in result.rejections] == [("patient_id", "\\xff,6,60,\n")]


@pytest.mark.parametrize("piece_size", [1 << 30, 1000, 70_000])
def test_an_open_quote_loses_only_its_own_line(piece_size):
    good = "".join(f"p,{n},60\n" for n in range(20_000))
    body = f'patient_id,timestamp,hr\n{good}"q,5,60\n{good}'.encode()
    pieces = [body[at : at + piece_size] for at in range(0, len(body), piece_size)]
    batches = list(decode_csv(pieces, Dictionaries()))
    assert sum(len(batch.batch) for batch in batches) == 40_000
    (rejection,) = [rejection for batch in batches for rejection in batch.rejections]
    assert (rejection.position, rejection.raw) == (20_002, '"q,5,60\n')


@pytest.mark.parametrize("piece_size", [1 << 30, 4096, 65_537])
@pytest.mark.parametrize("filling", ["x", "é", '"'])
def test_an_endless_line_is_refused_and_its_memory_bounded(piece_size, filling):
    endless = filling * 500_000
    body = f"patient_id,timestamp,hr\np,1,60\n{endless}\np,2,60\n".encode()
    pieces = [body[at : at + piece_size] for at in range(0, len(body), piece_size)]
    batches = list(decode_csv(pieces, Dictionaries()))
    assert [int(at) for batch in batches for at in batch.batch.observed_at] == [1, 2]
    (rejection,) = [rejection for batch in batches for rejection in batch.rejections]
    assert rejection.position == 3
    assert rejection.reason == f"longer than {RECORD_BYTES_MAX} bytes"
    assert rejection.raw.startswith(filling * 1000)
    assert len(rejection.raw) <= 4 * RECORD_BYTES_MAX


def test_no_more_of_an_endless_line_is_held_than_shows_that_it_is_too_long():
    decoder = CsvDecoder(b"patient_id,timestamp,hr\n", Dictionaries())
    for _ in range(10):
        assert list(decoder.feed(b"x" * 50_000)) == []
        assert len(decoder._rest) <= RECORD_BYTES_MAX + 1


def test_a_plain_line_may_be_just_as_long_as_is_read():
    rest = RECORD_BYTES_MAX - len("p,1,60,\n")
    fitting, too_long = f"p,1,60,{'x' * rest}\n", f"p,2,60,{'x' * (rest + 1)}\n"
    result = decoded("patient_id,timestamp,hr,note\n" + fitting + too_long)
    assert result.batch.observed_at.tolist() == [1]
    assert [rejection.position for rejection in result.rejections] == [3]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b"", "no column patient_id"), (b"patient_id,hr", "no column timestamp"),
        (b"timestamp,hr", "no column patient_id"), (b"patient_id,timestamp,hr,hr",
        "two columns named hr"),
        (b"patient_id,timestamp,\xff", "UTF-8"), (b'"patient_id,timestamp', "no CSV"),
        (b"patient_id,timestamp" + b",x" * 2000, "more than 1024 columns"),
    ],
)  # fmt: skip
def test_a_header_that_is_none_says_why(header, reason):
    with pytest.raises(CsvHeaderError, match=reason):
        list(decode_csv([header + b"\np,1,60\n"], Dictionaries()))


def test_an_export_of_readings_is_taken_as_it_stands():
    text = EXPORT + (
        "p,2024-03-01T12:00:00.000Z,m,61,,,97.5,120,80,93.333,arterial,36.6,true,0.28,A,false,,,1,"
        "2024-03-01T12:00:01.250Z,67\n"
        "p,2024-03-01T12:00:01.000Z,,,,,,,,,,,,,,,spo2:na heart_rate:bad fio2:bad,spo2,2,"
        "2024-03-01T12:00:02.250Z,\n"
    )
    result = decoded(text)
    batch = result.batch
    assert result.arrival.tolist() == [1, 2]
    assert batch.received_at.tolist() == [NOON_MS + 1250, NOON_MS + 2250]
    assert value(batch, "mean_bp") == 93_333
    assert (batch.na.tolist(), batch.bad.tolist()) == (
        [0, 1 << MARK_BIT["spo2"]],
        [0, 1 << MARK_BIT["heart_rate"] | 1 << MARK_BIT["fio2"]],
    )


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ("61,spo2:gone,1,5", "marks"), ("61,ward:na,1,5", "marks"), ("61,heart_rate:bad,1,5",
        "marks"),
        ("-1,heart_rate:bad,1,5", "marks"), ("61,spo2:na spo2:bad,1,5", "marks"), ("61,,0,5",
        "arrival"),
        ("61,,1.5,5", "arrival"), ("61,,1,later", "arrived_at"),
    ],
)  # fmt: skip
def test_an_export_that_contradicts_itself_is_refused(cells, field):
    text = f"patient_id,timestamp,heart_rate,marks,arrival,arrived_at\np,1,{cells}\n"
    assert [found[1] for found in refused(text)] == [field]


def test_a_file_says_whether_it_has_arrivals():
    with_arrivals = CsvDecoder(EXPORT.encode(), Dictionaries())
    without = CsvDecoder(b"patient_id,timestamp,hr,arrival\n", Dictionaries())
    assert (with_arrivals.has_arrivals, without.has_arrivals) == (True, False)
    assert decoded("patient_id,timestamp,hr,arrival\np,5,60,1\n").arrival is None


def test_batches_hold_no_more_rows_than_asked_for():
    body = b"patient_id,timestamp,hr\n" + b"p,5,60\n" * 25
    batches = list(
        decode_csv([body], Dictionaries(), rows_max=10, default_source="s", origin="f.csv")
    )
    assert [len(batch.batch) for batch in batches] == [10, 10, 5]
    assert batches[2].batch.position.tolist() == list(range(22, 27))
    assert batches[2].rows.tolist() == list(range(5))
    assert batches[0].batch.origin == "f.csv"
    assert batches[0].batch.sources.text(batches[0].batch.source[0]) == "s"


def test_new_patients_and_labels_are_met_in_any_batch():
    lines = [f"pätient-{n},{n},60,cond-{n % 7}\n" for n in range(3000)]
    body = ("patient_id,timestamp,hr,condition\n" + "".join(lines) * 2).encode()
    dictionaries = Dictionaries()
    batches = list(decode_csv([body], dictionaries, rows_max=1000))
    assert len(dictionaries.patients) == 3000
    patients = np.concatenate([batch.batch.patient for batch in batches])
    assert patients[:3000].tolist() == patients[3000:].tolist()
    assert described(batches[0])[0][3][1] == "pätient-3"
    assert sorted(dictionaries.labels) == [f"cond-{n}" for n in range(7)]
