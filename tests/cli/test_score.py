"""`wardline score` on files."""

import csv
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from tests.cli.conftest import Run

ROWS = """id,hr,rr,SpO2,bp_systolic,temperature,on_oxygen,consciousness,note
1,80,16,97,120,36.8,0,A,"a, b"
2,,26,88,85,39.5,1,V,
3,abc,26,88,85,39.5,1,V,
4,,,,,,,,
"""
NEWS2 = [
    "news2_total", "news2_at_least", "news2_risk", "news2_complete", "news2_respiratory_rate",
    "news2_spo2", "news2_on_oxygen", "news2_systolic_bp", "news2_heart_rate",
    "news2_consciousness", "news2_temperature",
]  # fmt: skip


def test_csv_gets_the_columns_of_the_score_and_keeps_its_own(run: Run, tmp_path: Path):
    (tmp_path / "a.csv").write_text(ROWS)
    done = run("score", "news2", "a.csv")
    assert done.exit_code == 0
    rows = list(csv.DictReader(done.stdout.splitlines()))
    assert list(rows[0])[-len(NEWS2) :] == NEWS2
    assert (rows[0]["note"], rows[0]["news2_total"], rows[0]["news2_risk"]) == ("a, b", "0", "low")
    assert (rows[1]["news2_total"], rows[1]["news2_at_least"]) == ("", "16")
    assert [row["news2_complete"] for row in rows] == ["true", "false", "false", "false"]
    assert "row 3: hr: not a number" in done.stderr


def test_the_counts_are_given(run: Run, tmp_path: Path):
    (tmp_path / "a.csv").write_text(ROWS)
    done = run("score", "news2", "a.csv", "--out", "b.csv", "--json")
    assert json.loads(done.stdout.splitlines()[-1]) == {"rows": 4, "complete": 1, "partial": 3}
    assert (tmp_path / "b.csv").read_text().count("\n") == 5


def test_json_lines_and_parquet_give_what_csv_gives(run: Run, tmp_path: Path):
    records = [
        {"heart_rate": 125, "systolic_bp": 95, "kept": [1]},
        {"heart_rate": float("nan"), "systolic_bp": 95, "kept": None},
    ]
    text = "".join(json.dumps({**r, "heart_rate": None if i else 125}) + "\n"
                   for i, r in enumerate(records))  # fmt: skip
    (tmp_path / "a.jsonl").write_text(text)
    pq.write_table(pa.Table.from_pylist(records), tmp_path / "a.parquet")
    scored = [
        json.loads(line) for line in run("score", "shock_index", "a.jsonl").stdout.splitlines()
    ]
    assert [row["shock_index_total"] for row in scored] == [1.32, None]
    assert scored[0]["kept"] == [1]
    assert run("score", "shock_index", "a.parquet", "--out", "b.parquet").exit_code == 0
    columns = pq.read_table(tmp_path / "b.parquet").to_pydict()
    assert columns["shock_index_total"] == [1.32, None]
    assert columns["shock_index_risk"] == ["raised", None]


def test_children_get_no_news2(run: Run, tmp_path: Path):
    (tmp_path / "a.csv").write_text("age,hr\n7,80\n")
    assert run("score", "news2", "a.csv").stdout.splitlines()[1] == "7,80,,,,false,,,,,,,"


def test_a_row_that_does_not_fit_the_header_is_named(run: Run, tmp_path: Path):
    (tmp_path / "a.csv").write_text("hr,rr\n80,16\n80\n")
    done = run("score", "news2", "a.csv", "--out", "b.csv")
    assert (done.exit_code, "line 3" in done.stderr) == (1, True)
    assert not (tmp_path / "b.csv").exists()


def test_a_file_of_an_unknown_kind_is_wrong_usage(run: Run, tmp_path: Path):
    (tmp_path / "a.xls").write_text("")
    assert run("score", "news2", "a.xls").exit_code == 2


def test_a_header_alone_gets_its_columns(run: Run, tmp_path: Path):
    (tmp_path / "a.csv").write_text("hr\n")
    assert run("score", "mews", "a.csv").stdout.startswith("hr,mews_total,")
