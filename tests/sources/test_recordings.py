import bz2
import gzip
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from wardline.model.names import Dictionaries
from wardline.model.vitals import Vital
from wardline.sources import files
from wardline.sources.files import LeftError
from wardline.sources.recordings import Recording, Recordings, open_recordings
from wardline.sources.whole_files import patient_of

NUMERICS = "Time [s], HR, PULSE, RESP, SpO2\n0,98,97,10,99\n1,,NaN,,\n2,99,97,11,98\n\n"
CHARTED = (
    "subject_id,icustay_id,charttime,param,value_num,value_text,unit,itemid,label,dbsource,error\n"
    '7,100,2126-08-14 12:00:00,hr,82,"",BPM,211,Heart Rate,carevue,0\n'
    '7,100,2126-08-14 12:00:00,riker_sas,4,"",,1337,Riker-SAS Scale,carevue,0\n'
    '7,100,2126-08-14 12:00:00,spo2,98,"",%,646,SpO2,carevue,0\n'
    '7,100,2126-08-14 13:00:00,nibp_sys,110,"",mmHg,455,NBP [Systolic],carevue,0\n'
)
ALARM_LIMITS = (
    CHARTED.replace(",hr,", ",hr_alarm_low,")
    .replace(",spo2,", ",spo2_alarm_low,")
    .replace(",nibp_sys,", ",nibp_alarm_high,")
)
STAYS = "subject_id,icustay_id,gender,age\n7,100,F,64\n"
READINGS = "patient_id,timestamp,spo2\n1,2024-01-01T00:00:00Z,98\n1,2024-01-01T00:00:01Z,fast\n"
WFDB_HEADER = "p1n 1 1 2 10:00:00 01/02/2100\np1n.dat 16 1/bpm 16 0 70 141 0 HR\n"


def only(found: Recordings) -> Recording:
    assert (len(found.sources), found.left) == (1, [])
    return found.sources[0]


def drain(source: Recording):
    polls = []
    while (decoded := source.poll()) is not None:
        polls.append(decoded)
    return polls


def readings(source: Recording) -> list[tuple[object, ...]]:
    return [
        (batch.patients.text(int(batch.patient[row])), int(batch.observed_at[row]),
         batch.sources.text(int(batch.source[row])), *batch.values[row].tolist(),
         int(batch.age[row]), int(batch.position[row]), batch.origin)
        for batch in (decoded.batch for decoded in drain(source))
        for row in range(len(batch))
    ]  # fmt: skip


def reason(folder: Path, name: str) -> str:
    (left,) = [reason for path, reason in open_recordings([folder]).left if path.name == name]
    return left


def test_a_bidmc_recording_is_read_with_the_person_beside_it(tmp_path: Path):
    path = tmp_path / "bidmc_05_Numerics.csv"
    path.write_text(NUMERICS)
    (tmp_path / "bidmc_05_Fix.txt").write_text("Age: 73\nGender: F\n")
    source = only(open_recordings([tmp_path]))
    (decoded,) = drain(source)
    assert source.format == "bidmc"
    assert decoded.batch.patients.texts(decoded.batch.patient) == ["bidmc_05"] * 2
    assert decoded.batch.age.tolist() == [73, 73]
    assert (source.rows, source.ignored_rows, len(decoded.rejections)) == (4, 1, 1)
    assert source.bytes_done == source.bytes_total > 0
    assert source.poll() is None


def test_a_charted_table_is_read_with_the_stays_beside_it(tmp_path: Path):
    (tmp_path / "vitals_long.csv.gz").write_bytes(gzip.compress(CHARTED.encode()))
    (tmp_path / "icustays.csv").write_text(STAYS)
    source = only(open_recordings([tmp_path]))
    (decoded,) = drain(source)
    assert decoded.batch.sources.texts(decoded.batch.source) == ["", "nibp"]
    assert decoded.batch.age.tolist() == [64, 64]
    assert (source.rows, source.ignored_rows) == (4, 1)


def test_a_wfdb_numerics_record_is_read_with_its_signal_file(tmp_path: Path):
    (tmp_path / "p1n.hea").write_text(WFDB_HEADER)
    (tmp_path / "p1n.dat").write_bytes(np.array([70, 71], dtype="<i2").tobytes())
    source = only(open_recordings([tmp_path]))
    assert [row[0] for row in readings(source)] == ["p1", "p1"]
    assert (source.format, source.rows, source.notes) == ("wfdb", 2, [])


def test_a_csv_of_readings_is_read_packed_or_not(tmp_path: Path):
    (tmp_path / "a.csv").write_text(READINGS)
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(READINGS.encode()))
    for source in open_recordings([tmp_path]).sources:
        (decoded,) = drain(source)
        assert decoded.batch.values[:, Vital.SPO2].tolist() == [98_000]
        assert [(r.field, r.position) for r in decoded.rejections] == [("spo2", 3)]
        assert (source.format, source.rows, source.has_arrivals) == ("csv", 2, False)
        assert source.bytes_done == source.bytes_total > 0


def test_an_export_of_readings_brings_its_arrivals(tmp_path: Path):
    header = "patient_id,timestamp,spo2,arrival,arrived_at\n"
    row = "1,2024-01-01T00:00:00.000Z,98,7,2024-01-01T00:00:09.000Z\n"
    (tmp_path / "a.csv").write_text(header + row)
    source = only(open_recordings([tmp_path]))
    (decoded,) = drain(source)
    assert source.has_arrivals
    assert (decoded.batch.received_at - decoded.batch.observed_at).tolist() == [9000]


def test_a_cut_off_packed_csv_gives_what_comes_before_and_names_the_damage(tmp_path: Path):
    rows = "".join(
        f"p{second % 97},{second * 1000},{60 + second % 40}\n" for second in range(50_000)
    )
    packed = gzip.compress(("patient_id,timestamp,spo2\n" + rows).encode())
    (tmp_path / "a.csv.gz").write_bytes(packed[: len(packed) // 2])
    source = only(open_recordings([tmp_path]))
    polls = drain(source)
    rejections = [rejection for decoded in polls for rejection in decoded.rejections]
    count = sum(len(decoded.batch) for decoded in polls)
    assert 10_000 < count < 40_000
    assert [(r.position, r.reason[:19]) for r in rejections] == [(count + 2, "the file is damaged")]
    assert source.rows == count + 1


def test_a_csv_longer_than_a_piece_of_the_file_is_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    rows = "".join(f"p,{second * 1000},{60 + second % 40}\n" for second in range(300))
    (tmp_path / "a.csv").write_text("patient_id,timestamp,spo2\n" + rows)
    expected = readings(only(open_recordings([tmp_path])))
    monkeypatch.setattr(files, "PIECE_BYTES", 13)
    assert readings(only(open_recordings([tmp_path], batch_rows=7))) == expected
    assert len(expected) == 300


def test_a_format_is_told_by_content_whatever_the_file_is_called(tmp_path: Path):
    (tmp_path / "a.txt").write_text(CHARTED)
    (tmp_path / "b.csv").write_bytes(bz2.compress(NUMERICS.encode()))
    found = open_recordings([tmp_path])
    assert [source.format for source in found.sources] == ["mimic3", "bidmc"]


def test_a_store_is_recognised_and_handed_on(tmp_path: Path):
    path = tmp_path / "ward.bin"
    with sqlite3.connect(path) as connection:
        connection.execute("create table readings (patient_id text)")
    connection.close()
    found = open_recordings([path])
    assert (found.stores, found.sources, found.left) == ([path], [], [])


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"", "empty"),
        ("a.md", b"# Notes\n", "no known format"),
        ("a.bin", bytes(range(256)), "no known format"),
        ("a.dat", bytes(100), "a WFDB signal file, read through its .hea"),
        ("alarm_limits_long.csv", ALARM_LIMITS.encode(), "without vital signs"),
        ("icustays.csv", STAYS.encode(), "a MIMIC-III table of stays"),
        ("x_Signals.csv", b"Time [s], RESP, PLETH, V, AVR, II\n0,1,2,3,4,5\n", "BIDMC waveforms"),
        ("x_Breaths.csv", b"breaths ann1 [signal sample no]\n8\n", "BIDMC breath annotations"),
        ("x.hea", b"x 1 125 4\nx.dat 16\n", "a WFDB waveform record (125 samples a second)"),
        ("x.hea", b"x/2 1 125 4\na 2\nb 2\n", "a multi-segment WFDB record"),
        ("x.hea", b"hello", "no WFDB header"),
        ("p1n.hea", WFDB_HEADER.encode(), "signal file p1n.dat is missing"),
        ("p1n.hea", WFDB_HEADER.replace("p1n.dat", "../p1n.dat").encode(), "another folder"),
        ("a.csv", b"patient_id,spo2\n1,98\n", "no CSV of readings: no column timestamp"),
        ("a.csv", b"patient_id,timestamp,spo2,spo2\n", "two columns named spo2"),
        ("a.csv", b"x" * 100_000, "no known format"),
        ("a.csv.gz", b"\x1f\x8b\x08", "empty"),
    ],
)
def test_a_file_without_readings_is_left_with_the_reason(
    tmp_path: Path, name: str, content: bytes, expected: str
):
    (tmp_path / name).write_bytes(content)
    assert expected in reason(tmp_path, name)


def test_what_is_not_there_is_left_and_the_rest_is_read(tmp_path: Path):
    (tmp_path / "here.csv").write_text(NUMERICS)
    found = open_recordings([tmp_path / "gone.csv", tmp_path / "here.csv"])
    assert found.left == [(tmp_path / "gone.csv", "no such file or folder")]
    assert len(found.sources) == 1


def test_a_link_to_nothing_is_left(tmp_path: Path):
    (tmp_path / "link.csv").symlink_to(tmp_path / "gone.csv")
    assert reason(tmp_path, "link.csv") == "no such file or folder"


def test_another_format_than_the_one_asked_for_is_left(tmp_path: Path):
    (tmp_path / "a.csv").write_text(NUMERICS)
    (tmp_path / "b.csv").write_text(CHARTED)
    found = open_recordings([tmp_path], "mimic3")
    assert [source.path.name for source in found.sources] == ["b.csv"]
    assert found.left == [(tmp_path / "a.csv", "bidmc, not mimic3")]


def test_an_unknown_format_is_a_wrong_argument():
    with pytest.raises(ValueError, match="unknown format 'hl7'"):
        open_recordings([], "hl7")


def test_folders_are_read_to_the_bottom_in_the_order_of_names(tmp_path: Path):
    for name in ("b/2.csv", "b/1.csv", "a/9.csv", "c.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(NUMERICS)
    found = open_recordings([tmp_path])
    names = [str(source.path.relative_to(tmp_path)) for source in found.sources]
    assert names == ["a/9.csv", "b/1.csv", "b/2.csv", "c.csv"]


def test_the_origin_names_the_content_and_not_the_place(tmp_path: Path):
    for folder, text in (("a", NUMERICS), ("b", NUMERICS), ("c", NUMERICS.replace("98", "97"))):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.csv").write_text(text)
    first, same, other = (source.origin for source in open_recordings([tmp_path]).sources)
    assert first == same != other
    assert first.startswith("x.csv@")


@pytest.mark.parametrize("batch_rows", [1, 2, 3, 100])
def test_the_size_of_batches_changes_nothing(tmp_path: Path, batch_rows: int):
    (tmp_path / "a.csv").write_text(NUMERICS)
    (tmp_path / "b.csv").write_text(CHARTED)
    (tmp_path / "c.csv").write_text(READINGS)
    (tmp_path / "p1n.hea").write_text(WFDB_HEADER)
    (tmp_path / "p1n.dat").write_bytes(np.array([70, 71], dtype="<i2").tobytes())
    expected = [readings(source) for source in open_recordings([tmp_path]).sources]
    found = open_recordings([tmp_path], batch_rows=batch_rows)
    assert [readings(source) for source in found.sources] == expected
    assert [source.rows for source in found.sources] == [4, 4, 2, 2]


def test_all_sources_write_into_the_same_dictionaries(tmp_path: Path):
    (tmp_path / "a.csv").write_text(NUMERICS)
    (tmp_path / "b.csv").write_text(CHARTED)
    names = Dictionaries()
    for source in open_recordings([tmp_path], names=names).sources:
        for decoded in drain(source):
            assert decoded.batch.patients is names.patients
    assert list(names.patients) == ["a", "mimic3_7"]


def test_a_cut_off_packed_file_gives_what_comes_before_and_names_the_damage(tmp_path: Path):
    rows = "".join(f"{second},98,97,{second % 30},99\n" for second in range(20_000))
    packed = gzip.compress(("Time [s], HR, PULSE, RESP, SpO2\n" + rows).encode())
    (tmp_path / "a.csv.gz").write_bytes(packed[: len(packed) // 2])
    (tmp_path / "whole.csv.gz").write_bytes(packed)
    cut, whole = open_recordings([tmp_path]).sources
    polls, complete = drain(cut), drain(whole)
    count = sum(len(decoded.batch) for decoded in polls)
    assert 5_000 < count < 15_000
    assert complete[0].batch.values[:count].tolist()[:10_000] == (polls[0].batch.values.tolist())
    (rejection,) = [rejection for decoded in polls for rejection in decoded.rejections]
    assert rejection.reason.startswith("the file is damaged from here on")
    assert rejection.position == count + 2
    assert cut.rows == count + 1


def test_a_file_too_large_to_merge_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(CHARTED.encode() * 5))
    monkeypatch.setattr(files, "WHOLE_FILE_BYTES_MAX", 1000)
    assert "split it" in reason(tmp_path, "a.csv.gz")


def test_a_file_that_grew_too_large_after_opening_is_said_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "a.csv").write_text(CHARTED)
    source = only(open_recordings([tmp_path]))
    monkeypatch.setattr(files, "WHOLE_FILE_BYTES_MAX", 100)
    with pytest.raises(LeftError, match="larger than"):
        source.poll()


def test_a_closed_recording_gives_nothing_more(tmp_path: Path):
    (tmp_path / "a.csv").write_text(NUMERICS)
    source = only(open_recordings([tmp_path]))
    source.close()
    assert source.poll() is None


@pytest.mark.parametrize(
    ("name", "patient"),
    [
        ("bidmc_05_Numerics.csv", "bidmc_05"),
        ("bidmc_05_Numerics.csv.gz", "bidmc_05"),
        ("ward.csv", "ward"),
        ("odd", "odd"),
    ],
)
def test_the_patient_of_a_numerics_table_is_in_its_name(name: str, patient: str):
    assert patient_of(Path(name)) == patient


def test_every_shared_file_is_read_used_or_left_with_a_reason(data_folder: Path):
    names = ("bidmc", "mimic3_demo_vitals", "mimic_waveform_wfdb")
    folders = [data_folder / name for name in names]
    found = open_recordings(folders)
    formats = [source.format for source in found.sources]
    assert (formats.count("mimic3"), formats.count("wfdb")) == (1, 1)
    assert formats.count("bidmc") == len(list((data_folder / "bidmc").glob("*_Numerics.csv")))
    every = {path for folder in folders for path in folder.rglob("*") if path.is_file()}
    used = {path for source in found.sources for path in (source.path, *source.companions)}
    assert used.isdisjoint(path for path, _ in found.left)
    assert used | {path for path, _ in found.left} == every
    assert all(reason for _, reason in found.left)


def test_no_byte_changed_in_a_recording_makes_opening_or_reading_fail(
    tmp_path: Path, data_folder: Path
):
    folder = data_folder / "mimic_waveform_wfdb" / "multi-segment" / "s25047"
    name = "s25047-2704-05-04-10-44n.hea"
    header = (folder / name).read_bytes()
    shutil.copy(folder / "3234460n.dat", tmp_path)
    outcomes = set()
    for place in range(len(header)):
        (tmp_path / name).write_bytes(header[:place] + b"9" + header[place + 1 :])
        found = open_recordings([tmp_path / name])
        outcomes.add(len(found.sources))
        for source in found.sources:
            drain(source)
    assert outcomes == {0, 1}
