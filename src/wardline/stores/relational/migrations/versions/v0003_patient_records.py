"""Hospital admissions, under the names and types that system B gives them."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql, postgresql

revision = "0003"
down_revision = "0002"

INT = sa.Integer()
TENTHS = sa.Numeric(4, 1).with_variant(sa.Float(), "sqlite")
MOMENT = sa.BigInteger().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def text(length: int) -> Any:
    """A text of at most so many characters, compared by its bytes."""
    return (
        sa.String(length)
        .with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
    )


COLUMNS: dict[str, Any] = {
    "patient_id": text(50),
    "admission_id": text(50),
    "timestamp": MOMENT,
    "admission_timestamp": MOMENT,
    "patient_name": text(200),
    "age": INT,
    "gender": text(10),
    "department": text(100),
    "primary_diagnosis": text(200),
    "admission_type": text(50),
    "status": text(50),
    "insurance_provider": text(100),
    "heart_rate": INT,
    "blood_pressure": text(20),
    "temperature_celsius": TENTHS,
    "oxygen_saturation": INT,
    "respiratory_rate": INT,
    "risk_score": INT,
    "risk_level": text(10),
    "attending_physician": text(200),
    "hospital_location": text(200),
    "systolic_bp": INT,
    "diastolic_bp": INT,
}
INDEXES = {
    "patient_records_by_time": ["timestamp", "admission_id"],
    "patient_records_by_risk": ["risk_level", "timestamp", "admission_id"],
    "patient_records_by_department": ["department"],
    "patient_records_by_patient": ["patient_id", "timestamp"],
}


def upgrade() -> None:
    """Create the table and its indexes."""
    columns = [sa.Column(name, kind, nullable=False) for name, kind in COLUMNS.items()]
    op.create_table("patient_records", *columns, sa.PrimaryKeyConstraint("admission_id"))
    for name, indexed in INDEXES.items():
        op.create_index(name, "patient_records", indexed)
