import pytest
from tests.server.ward import NOW

from wardline.model.tables import TABLES
from wardline.pipeline.ports import StoreUnavailableError

EXAMPLES = {
    "text": "x", "time": NOW, "thousandths": 36_500, "integer": 7, "boolean": True,
    "json": '{"a":1}',
}  # fmt: skip


def example(table, **cells):
    return tuple(cells.get(column.name, EXAMPLES[column.kind]) for column in TABLES[table].columns)


def windows(count, patient_id="A"):
    return [example("windows", patient_id=patient_id, window_start=NOW + i) for i in range(count)]


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_served_with_its_columns_in_order(call, ward, table):
    ward.store.tables[table] = [example(table)]
    answer = call.get(f"/api/v1/{table}")
    assert answer.status_code == 200
    (row,) = answer.json()["rows"]
    assert tuple(row) == TABLES[table].names


@pytest.mark.parametrize("table", TABLES)
def test_an_empty_cell_is_null_in_every_table(call, ward, table):
    ward.store.tables[table] = [tuple(None for _ in TABLES[table].columns)]
    (row,) = call.get(f"/api/v1/{table}").json()["rows"]
    assert set(row.values()) == {None}


def test_cells_are_rendered_as_numbers_times_and_objects(call, ward):
    ward.store.tables["scores"] = [example("scores", total=5000, at=NOW + 7)]
    (row,) = call.get("/api/v1/scores").json()["rows"]
    assert row["total"] == 5
    assert row["at_least"] == 36.5
    assert row["at"] == "2026-01-01T00:00:00.007Z"
    assert row["parts"] == {"a": 1}
    assert row["complete"] is True


def test_pages_follow_each_other_newest_first(call, ward):
    ward.store.tables["windows"] = windows(5)
    first = call.get("/api/v1/windows?limit=3").json()
    second = call.get(f"/api/v1/windows?limit=3&next={first['next']}").json()
    assert [len(first["rows"]), len(second["rows"])] == [3, 2]
    starts = [row["window_start"] for row in first["rows"] + second["rows"]]
    assert starts == sorted(starts, reverse=True)
    assert second["next"] is None


def test_five_hundred_rows_are_the_default_and_five_thousand_the_most(call, ward):
    ward.store.tables["windows"] = windows(5001)
    assert len(call.get("/api/v1/windows").json()["rows"]) == 500
    assert len(call.get("/api/v1/windows?limit=5000").json()["rows"]) == 5000


@pytest.mark.parametrize(
    ("start", "end"), [
        ("2026-01-01T00:00:00.002Z", "2026-01-01T00:00:00.004Z"),
        (str(NOW + 2), str(NOW + 4)),
        ("2026-01-01T01:00:00.002+01:00", "2026-01-01 00:00:00.004"),
    ],
)  # fmt: skip
def test_times_bound_the_rows_start_included_end_excluded(call, ward, start, end):
    ward.store.tables["windows"] = windows(6)
    rows = call.get(f"/api/v1/windows?from={start}&to={end}").json()["rows"]
    found = [row["window_start"] for row in rows]
    assert found == ["2026-01-01T00:00:00.003Z", "2026-01-01T00:00:00.002Z"]


def test_rows_of_one_patient_and_one_score_can_be_asked_for(call, ward):
    ward.store.tables["scores"] = [
        example("scores", patient_id=patient, name=name)
        for patient in ("A", "B") for name in ("news2", "mews")
    ]  # fmt: skip
    rows = call.get("/api/v1/scores?patient_id=A&name=mews").json()["rows"]
    assert [(row["patient_id"], row["name"]) for row in rows] == [("A", "mews")]


@pytest.mark.parametrize(
    ("query", "field"), [
        ("limit=0", "limit"), ("limit=5001", "limit"), ("limit=many", "limit"), ("limit=", "limit"),
        ("limit=1e3", "limit"), ("from=yesterday", "from"), ("to=2026-13-01T00:00:00Z", "to"),
        ("to=", "to"), ("from=99999999999999999999", "from"), ("patient=A", "patient"),
        ("from=1&from=2", "from"), ("next=nonsense", "next"), ("name=news2", "name"),
        ("patient_id=" + "A" * 129, "patient_id"), ("limit=1&limit=2", "limit"), ("=1", None),
    ],
)  # fmt: skip
def test_a_bad_parameter_is_400_and_named(call, query, field):
    answer = call.get(f"/api/v1/windows?{query}")
    assert answer.status_code == 400
    assert answer.json()["field"] == field


def test_a_score_that_does_not_exist_is_400_with_those_that_do(call):
    answer = call.get("/api/v1/scores?name=news3")
    assert (answer.status_code, answer.json()["field"]) == (400, "name")
    assert "news2" in answer.json()["error"]


def test_a_store_that_cannot_be_read_is_503(call, ward):
    ward.store.failure = StoreUnavailableError("away")
    assert call.get("/api/v1/readings").status_code == 503
