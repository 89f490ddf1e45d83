"""What people find who ask PostgreSQL itself, by the names they know."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from tests.contracts.building import START, Ward
from tests.postgresql import Server, execute, url_of

from wardline.stores.relational.store import RelationalStore

DAYS, SECONDS, PATIENTS = 4, 1_250, 20
DAY_MS = 86_400_000
NOW = datetime.fromtimestamp((START + (DAYS - 1) * DAY_MS + SECONDS * 1_000) / 1_000, UTC)
LAST_MINUTES = """
    SELECT * FROM patient_vitals WHERE timestamp >= %s::timestamptz - interval '5 minutes'
    ORDER BY timestamp DESC LIMIT 500
"""
SUMMARISE = """
    SELECT brin_summarize_new_values(index.oid)
    FROM pg_class index JOIN pg_am kind ON kind.oid = index.relam
    WHERE amname = 'brin' AND relkind = 'i' AND relnamespace = current_schema()::regnamespace
"""


def test_a_reading_is_seen_under_the_known_names(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    in_postgresql.commit(
        ward.commit(
            ward.work(
                {
                    "patient": "PT-001", "t": START, "heart_rate": 80_000, "systolic_bp": 120_000,
                    "diastolic_bp": 79_500, "spo2": 97_000, "temperature": 36_650,
                    "respiratory_rate": 16_000, "age": 70, "gender": "F", "condition": "Stable",
                    "is_anomaly": 1,
                }
            )
        )
    )  # fmt: skip
    at = datetime.fromtimestamp(START / 1_000, UTC)
    columns = """id, patient_id, timestamp, heart_rate, systolic_bp, diastolic_bp, spo2,
        temperature, respiratory_rate, patient_age, gender, condition, is_anomaly, created_at"""
    expected = (
        1, "PT-001", at, 80, 120, Decimal("79.5"), 97, Decimal("36.7"), 16, 70, "F", "Stable",
        True, at,
    )  # fmt: skip
    assert execute(url, f"SELECT {columns} FROM patient_vitals") == [expected]
    assert execute(url, "SELECT * FROM patient_vitals_latest") == [expected]


def test_what_was_not_measured_is_empty_and_no_date_breaks_the_view(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    work = ward.work({"patient": "a", "t": -(10**15)}, {"patient": "a", "t": START})
    in_postgresql.commit(ward.commit(work))
    rows = execute(url, "SELECT timestamp, spo2, is_anomaly FROM patient_vitals ORDER BY id")
    assert rows == [(None, None, None), (datetime.fromtimestamp(START / 1_000, UTC), None, None)]


@pytest.fixture(scope="module")
def large(
    postgresql: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[psycopg.Connection]:
    """A hundred thousand readings of twenty patients on four days."""
    url = url_of(tmp_path_factory.mktemp("large"))
    store, ward = RelationalStore(url), Ward()
    for day in range(DAYS):
        for start in range(0, SECONDS, 50):
            store.commit(ward.commit(ward.work(*piece(day, range(start, start + 50)))))
    store.close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ANALYZE readings")  # as the server does by itself, but now
        connection.execute(SUMMARISE)
        yield connection


def piece(day: int, seconds: range) -> list[dict[str, Any]]:
    return [
        {"patient": f"PT-{patient:03}", "t": START + day * DAY_MS + second * 1_000,
         "heart_rate": 80_000, "spo2": 97_000}
        for second in seconds
        for patient in range(PATIENTS)
    ]  # fmt: skip


def plan(connection: psycopg.Connection, sql: str, *values: Any) -> list[dict[str, Any]]:
    """Every step of how a query was answered, with its figures."""
    explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}"
    row = connection.execute(explain.encode(), values or None).fetchone()
    assert row is not None
    waiting, steps = [row[0][0]["Plan"]], []
    while waiting:
        step = waiting.pop()
        waiting += step.get("Plans", [])
        steps.append(step)
    return steps


def scanned_whole(steps: list[dict[str, Any]]) -> list[str]:
    tables = (step["Relation Name"] for step in steps if step["Node Type"] == "Seq Scan")
    return [name for name in tables if name.startswith("readings")]


def test_the_latest_vitals_of_every_patient_come_from_indexes(large: psycopg.Connection):
    rows = large.execute("SELECT patient_id, timestamp FROM patient_vitals_latest").fetchall()
    newest = datetime.fromtimestamp(NOW.timestamp() - 1, UTC)
    assert sorted(rows) == [(f"PT-{patient:03}", newest) for patient in range(PATIENTS)]
    steps = plan(large, "SELECT * FROM patient_vitals_latest")
    assert scanned_whole(steps) == []
    # One row a patient is touched, of the newest part only.
    touched = sum(
        step["Actual Rows"] * step["Actual Loops"]
        for step in steps
        if step.get("Relation Name", "").startswith("readings")
    )
    assert touched == PATIENTS


def test_the_last_five_minutes_newest_first_come_from_indexes(large: psycopg.Connection):
    rows = large.execute(LAST_MINUTES.encode(), (NOW,)).fetchall()
    assert len(rows) == 500
    times = [row[2] for row in rows]
    assert times == sorted(times, reverse=True)
    assert times[0].timestamp() == NOW.timestamp() - 1
    steps = plan(large, LAST_MINUTES, NOW)
    assert scanned_whole(steps) == []
    assert "Bitmap Heap Scan" in {step["Node Type"] for step in steps}
