"""The table of admissions as system B's own questions find it in PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal

from tests.codecs.admitted import ADMITTED, admission
from tests.contracts.building import Ward
from tests.postgresql import execute

from wardline.stores.relational.store import RelationalStore

TYPES = """
    SELECT column_name, format('%%s %%s', data_type,
        coalesce(character_maximum_length::text, numeric_precision || ',' || numeric_scale))
    FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name = 'patient_records'
    AND column_name = ANY(%s)
"""


def test_columns_have_system_bs_types(in_postgresql: RelationalStore, url: str):
    names = [
        "patient_id", "admission_id", "timestamp", "patient_name", "department", "blood_pressure",
        "temperature_celsius", "hospital_location",
    ]  # fmt: skip
    assert dict(execute(url, TYPES, names)) == {
        "patient_id": "character varying 50",
        "admission_id": "character varying 50",
        "timestamp": "timestamp with time zone ",
        "patient_name": "character varying 200",
        "department": "character varying 100",
        "blood_pressure": "character varying 20",
        "temperature_celsius": "numeric 4,1",
        "hospital_location": "character varying 200",
    }


def test_questions_about_times_and_means_are_answered(
    in_postgresql: RelationalStore, url: str, ward: Ward
):
    given = [admission(admission_id=f"{n}", timestamp=ADMITTED + n) for n in range(3)]
    in_postgresql.commit(ward.commit(admissions=given))
    asked = """
        SELECT department, count(*), avg(temperature_celsius), max(timestamp)
        FROM patient_records WHERE timestamp > '2023-11-14T22:14:00Z' GROUP BY department
    """
    at = datetime.fromtimestamp((ADMITTED + 2) / 1_000, UTC)
    assert execute(url, asked) == [("Cardiology", 2, Decimal("37.0"), at)]
