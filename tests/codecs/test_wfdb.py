from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from wardline.codecs.wfdb import base_time, decode_numerics, patient_id, why_left
from wardline.codecs.wfdb_header import WfdbError, parse_header
from wardline.codecs.wfdb_signals import NO_SAMPLE, read_signals
from wardline.model.names import Dictionaries
from wardline.model.vitals import ARTERIAL, CUFF, MISSING, UNSTATED, Vital

NUMERICS = "multi-segment/s25047/s25047-2704-05-04-10-44n"

READABLE = [
    "binformats", "310derive", "310derive_2", "310derive_3", "311derive", "311derive_2",
    "311derive_3", "311derive_4", "100_3chan", "3000003_0003", "03700181", "p10143", "a103l",
    "v102s", "test01_00s", "test01_00s_frame", "test01_00s_skew", "test01_00s_skewframe",
    "multi-segment/041s/041s01", "multi-segment/p000878/3269321_0002", NUMERICS,
]  # fmt: skip


def record(header: str, **files: bytes):
    names = Dictionaries()
    contents = {name.replace("_dat", ".dat"): content for name, content in files.items()}
    return decode_numerics(parse_header(header.encode()), contents, names, "test").decoded


def words(*numbers: int) -> bytes:
    return np.array(numbers, dtype="<i2").tobytes()


def stored(path: Path):
    header = parse_header(path.read_bytes())
    names = {signal.file for signal in header.signals}
    return header, {name: (path.parent / name).read_bytes() for name in names}


@pytest.fixture
def folder(data_folder: Path) -> Path:
    return data_folder / "mimic_waveform_wfdb"


@pytest.mark.parametrize("name", READABLE)
def test_every_sample_equals_what_the_wfdb_package_reads(name: str, folder: Path):
    wfdb = pytest.importorskip("wfdb")
    header, files = stored(folder / f"{name}.hea")
    # The digital samples follow from the physical ones; asked for directly, wfdb stumbles over
    # the byte order of format 61.
    theirs = wfdb.rdrecord(str(folder / name), physical=True, smooth_frames=False).e_p_signal
    ours = read_signals(header, files)
    assert len(ours) == len(theirs) > 0
    for signal, mine, physical in zip(header.signals, ours, theirs, strict=True):
        measured = ~np.isnan(physical)
        assert np.array_equal(mine != NO_SAMPLE, measured)
        digital = np.rint(physical[measured] * signal.gain + signal.baseline)
        assert np.array_equal(mine[measured], digital)


def test_gain_baseline_rate_and_start_equal_what_the_wfdb_package_reads(folder: Path):
    wfdb = pytest.importorskip("wfdb")
    for path in sorted(folder.rglob("*.hea")):
        ours, theirs = parse_header(path.read_bytes()), wfdb.rdheader(str(path.with_suffix("")))
        assert ours.rate_hz == theirs.fs
        assert ours.frames == (theirs.sig_len or 0)
        if theirs.base_time is not None:
            clock = theirs.base_time
            assert (
                ours.clock_ms
                == ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1000
                + clock.microsecond // 1000
            )
        if ours.segments == 0:
            assert [signal.gain for signal in ours.signals] == theirs.adc_gain
            assert [signal.baseline for signal in ours.signals] == theirs.baseline
            assert [signal.units for signal in ours.signals] == theirs.units


def test_the_numerics_record_becomes_one_reading_a_minute_as_the_wfdb_package_measures(
    folder: Path,
):
    wfdb = pytest.importorskip("wfdb")
    header, files = stored(folder / f"{NUMERICS}.hea")
    decoded = decode_numerics(header, files, Dictionaries(), "test").decoded
    physical = wfdb.rdrecord(str(folder / NUMERICS)).p_signal
    assert why_left(header) is None
    assert len(decoded.batch) == len(physical) == 72
    assert set(np.diff(decoded.batch.observed_at)) == {60_000}
    order = [Vital.HEART_RATE, Vital.PULSE_RATE, Vital.RESPIRATORY_RATE, Vital.SPO2,
             Vital.SYSTOLIC_BP, Vital.DIASTOLIC_BP, Vital.MEAN_BP]  # fmt: skip
    expected = np.where(np.isnan(physical), MISSING, np.rint(physical * 1000))
    is_bad = (physical == 0) & (np.arange(7) != 2)
    expected[is_bad] = MISSING
    assert np.array_equal(decoded.batch.values[:, order], expected)
    assert np.array_equal(np.bitwise_count(decoded.batch.bad).sum(), is_bad.sum())
    has_pressure = ~np.isnan(physical[:, 4:]).all(axis=1)
    assert np.array_equal(decoded.batch.bp_method, np.where(has_pressure, CUFF, UNSTATED))


def test_waveforms_layouts_and_multi_segment_records_are_left_with_a_reason(
    folder: Path,
):
    reasons = {
        path.stem: why_left(parse_header(path.read_bytes())) for path in folder.rglob("*.hea")
    }
    assert [name for name, reason in reasons.items() if reason is None] == [Path(NUMERICS).name]
    assert "waveform" in str(reasons["100"])
    assert "multi-segment" in str(reasons["041s"])


def test_every_frame_takes_its_time_from_the_stated_start_and_rate():
    header = "p1n 1 0.2 3 23:59:58.250 31/12/2149\na.dat 16 1/bpm 16 0 60 183 0 HR"
    batch = record(header, a_dat=words(60, 61, 62)).batch
    start = datetime(2149, 12, 31, 23, 59, 58, 250_000, tzinfo=UTC).timestamp() * 1000
    assert batch.observed_at.tolist() == [start, start + 5000, start + 10_000]
    assert batch.values[:, Vital.HEART_RATE].tolist() == [60_000, 61_000, 62_000]
    assert batch.position.tolist() == [0, 1, 2]
    assert batch.patients.text(int(batch.patient[0])) == "p1"


def test_a_date_outside_the_accepted_years_becomes_the_year_2000_and_says_so():
    start, note = base_time(parse_header(b"x 0 1 0 10:44:18.529 04/05/2704"))
    assert start == 946684800000 + ((10 * 60 + 44) * 60 + 18) * 1000 + 529
    assert "2704-05-04" in note


def test_a_record_without_a_date_starts_in_the_year_2000_and_says_so():
    assert base_time(parse_header(b"x 0 1")) == (946684800000, "no date stated: dated 2000-01-01")


def test_the_formats_invalid_number_is_not_measured_and_an_empty_frame_is_refused():
    decoded = record("r 1 1\na.dat 16 10/bpm 16 0 700 0 0 HR", a_dat=words(700, -32768, 710))
    assert decoded.batch.values[:, Vital.HEART_RATE].tolist() == [70_000, 71_000]
    assert decoded.rows.tolist() == [0, 2]
    assert [(r.index, r.reason, r.raw) for r in decoded.rejections] == [
        (1, "nothing measured", "HR=")
    ]


def test_cuff_and_arterial_pressure_of_one_record_are_readings_of_their_own():
    header = (
        "r 3 1\na.dat 16 1/bpm 16 0 70 0 0 HR\n"
        "a.dat 16 1/mmHg 16 0 120 0 0 NBPSys\na.dat 16 1/mmHg 16 0 118 0 0 ABP Sys"
    )
    whole = decode_numerics(
        parse_header(header.encode()), {"a.dat": words(70, 120, 118, 71, -32768, 117)},
        Dictionaries(), "test",
    )  # fmt: skip
    batch = whole.decoded.batch
    assert batch.sources.texts(batch.source) == ["", "nibp", "abp", "", "abp"]
    assert batch.bp_method.tolist() == [UNSTATED, CUFF, ARTERIAL, UNSTATED, ARTERIAL]
    assert batch.position.tolist() == [0, 0, 0, 1, 1]
    assert whole.source_rows.tolist() == [1, 0, 0, 1, 0]
    assert whole.rows == 2


def test_a_temperature_in_fahrenheit_is_stored_in_celsius():
    batch = record("r 1 1\na.dat 16 10/degF 16 0 986 0 0 Temp", a_dat=words(986)).batch
    assert batch.values[:, Vital.TEMPERATURE].tolist() == [37_000]


def test_age_and_sex_come_from_the_comments():
    header = "r 1 1\na.dat 16 1/bpm 16 0 70 0 0 HR\n# <age>: 64 <sex>: F"
    batch = record(header, a_dat=words(70)).batch
    assert batch.age.tolist() == [64]
    assert batch.labels.texts(batch.gender) == ["F"]


def test_a_record_that_ends_early_gives_what_is_there_and_names_what_is_missing():
    decoded = record("r 1 1 5\na.dat 16 1/bpm 16 0 70 0 0 HR", a_dat=words(70, 71))
    assert len(decoded.batch) == 2
    assert [rejection.reason for rejection in decoded.rejections] == [
        "the record ends after 2 of 5 frames"
    ]


def test_a_complete_record_whose_sum_does_not_match_is_damaged():
    with pytest.raises(WfdbError, match="checksum of HR does not match"):
        record("r 1 1 2\na.dat 16 1/bpm 16 0 70 140 0 HR", a_dat=words(70, 71))


def test_a_missing_signal_file_is_named():
    with pytest.raises(WfdbError, match=r"signal file a\.dat is missing"):
        record("r 1 1 2\na.dat 16 1/bpm 16 0 70 141 0 HR")


def test_only_the_last_letter_n_of_numerics_records_is_not_part_of_the_patient():
    assert patient_id(parse_header(b"3234460n 0")) == "3234460"
    assert patient_id(parse_header(b"ben 0")) == "ben"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (b"", "no record line"),
        (b"# only a comment", "no record line"),
        (b"a b", "number of signals"),
        (b"a 2 1\na.dat 16", "2 signals are announced, 1 are described"),
        (b"a 1 1\na.dat", "no signal line"),
        (b"a 1 x\na.dat 16", "sampling rate"),
        (b"a 1 1 2 25:00:00\na.dat 16", "clock time"),
        (b"a 1 1 2 1:00:00 yesterday\na.dat 16", "no date"),
        (b"a 1 1 2\na.dat 16 gain", "no gain"),
        (b"a 1 1 2\na.dat 16 1 x", None),
        (b"a 1 1 2\na.dat 16 1 16 zero", "no whole number"),
        (b"a 9999999 1", "number of signals"),
        (b"\xff\xfe\x00", "no record line"),
    ],
)
def test_an_unusable_header_is_refused_with_what_is_wrong(header: bytes, reason: str | None):
    if reason is None:
        assert len(parse_header(header).signals) == 1
        return
    with pytest.raises(WfdbError, match=reason):
        parse_header(header)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a.dat 516 1/bpm 16 0 70 0 0 HR", "FLAC"),
        ("a.dat 999 1/bpm 16 0 70 0 0 HR", "not known"),
        ("a.dat 16x2 1/bpm 16 0 70 0 0 HR", "2 samples a frame"),
        ("~ 0 1/bpm 16 0 70 0 0 HR", "layout"),
        ("a.dat 16 1/mmHg 16 0 70 0 0 CVP", "without a known vital sign"),
    ],
)
def test_a_numerics_record_that_cannot_be_read_says_why(line: str, reason: str):
    assert reason in str(why_left(parse_header(f"r 1 1\n{line}".encode())))
