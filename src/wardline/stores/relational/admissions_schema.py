"""The table of admissions, as system B names and types it.

Its own questions in SQL work on it: in PostgreSQL times are timestamps with time zone, temperatures
numeric(4,1). SQLite keeps milliseconds since 1970 UTC and floating point numbers.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from wardline.model.admissions import TEXT_LENGTHS
from wardline.stores.relational.schema import metadata

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


class Moment(sa.types.TypeDecorator[int]):
    """Milliseconds since 1970 UTC, kept as the database's own time where it has one with zones."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """What the column is in one database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.TIMESTAMP(timezone=True))
        return dialect.type_descriptor(sa.BigInteger())

    def process_bind_param(self, value: int | None, dialect: sa.Dialect) -> Any:
        """On the way in."""
        if value is None or dialect.name != "postgresql":
            return value
        return _EPOCH + value * _MS

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> int | None:
        """On the way out."""
        return (value - _EPOCH) // _MS if isinstance(value, datetime) else value


def _text(name: str) -> sa.Column[str]:
    length = TEXT_LENGTHS[name]
    kind = (
        sa.String(length)
        .with_variant(postgresql.VARCHAR(length, collation="C"), "postgresql")
        .with_variant(mysql.VARCHAR(length, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
    )
    return sa.Column(name, kind, nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _moment(name: str) -> sa.Column[int]:
    return sa.Column(name, Moment(), nullable=False)


_TENTHS = sa.Numeric(4, 1, asdecimal=False).with_variant(sa.Float(), "sqlite")

patient_records = sa.Table(
    "patient_records",
    metadata,
    _text("patient_id"),
    _text("admission_id"),
    _moment("timestamp"),
    _moment("admission_timestamp"),
    _text("patient_name"),
    _whole("age"),
    _text("gender"),
    _text("department"),
    _text("primary_diagnosis"),
    _text("admission_type"),
    _text("status"),
    _text("insurance_provider"),
    _whole("heart_rate"),
    _text("blood_pressure"),
    sa.Column("temperature_celsius", _TENTHS, nullable=False),
    _whole("oxygen_saturation"),
    _whole("respiratory_rate"),
    _whole("risk_score"),
    _text("risk_level"),
    _text("attending_physician"),
    _text("hospital_location"),
    # Ours, so that pressures can be averaged.
    _whole("systolic_bp"),
    _whole("diastolic_bp"),
    sa.PrimaryKeyConstraint("admission_id"),
    sa.Index("patient_records_by_time", "timestamp", "admission_id"),
    sa.Index("patient_records_by_risk", "risk_level", "timestamp", "admission_id"),
    sa.Index("patient_records_by_department", "department"),
    sa.Index("patient_records_by_patient", "patient_id", "timestamp"),
)
