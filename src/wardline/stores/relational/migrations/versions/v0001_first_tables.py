"""The first version of the tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql, postgresql

revision = "0001"
down_revision = None

BYTEWISE = "utf8mb4_nopad_bin"
INT = sa.Integer()
BIG = sa.BigInteger()
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HASH = sa.LargeBinary(16)
TEXT = (
    sa.Text()
    .with_variant(postgresql.TEXT(collation="C"), "postgresql")
    .with_variant(mysql.LONGTEXT(collation=BYTEWISE), "mysql", "mariadb")
)
ID = (
    sa.String(255)
    .with_variant(postgresql.TEXT(collation="C"), "postgresql")
    .with_variant(mysql.VARCHAR(255, collation=BYTEWISE), "mysql", "mariadb")
)
WORD = (
    sa.String(64)
    .with_variant(postgresql.TEXT(collation="C"), "postgresql")
    .with_variant(mysql.VARCHAR(64, collation=BYTEWISE), "mysql", "mariadb")
)


TIME = """to_timestamp(
    CASE WHEN {0} BETWEEN -62135596800000 AND 253402300799999 THEN {0}::double precision / 1000 END
)"""
"""Milliseconds as PostgreSQL's own time, from year 1 to 9999; other times it might not hold."""
VITALS = f"""
    SELECT
        reading.id,
        patient.patient_id,
        {TIME.format("reading.observed_at")} AS timestamp,
        trim_scale(reading.heart_rate / 1000.0) AS heart_rate,
        trim_scale(reading.systolic_bp / 1000.0) AS systolic_bp,
        trim_scale(reading.diastolic_bp / 1000.0) AS diastolic_bp,
        trim_scale(reading.spo2 / 1000.0) AS spo2,
        (reading.temperature / 1000.0)::numeric(4, 1) AS temperature,
        trim_scale(reading.respiratory_rate / 1000.0) AS respiratory_rate,
        coalesce(reading.age, patient.age) AS patient_age,
        patient.gender,
        patient.condition,
        reading.is_anomaly = 1 AS is_anomaly,
        {TIME.format("reading.arrived_at")} AS created_at
"""
ALL_VITALS = "FROM readings reading JOIN patients patient ON patient.key = reading.patient_key"
LATEST_VITALS = """
    FROM patients patient CROSS JOIN LATERAL (
        SELECT * FROM readings WHERE patient_key = patient.key
        ORDER BY observed_at DESC LIMIT 1
    ) reading
"""
BY_TIMESTAMP = f"""
    CREATE INDEX readings_by_timestamp ON readings USING brin (({TIME.format("observed_at")}))
    WITH (pages_per_range = 32, autosummarize = on)
"""
"""Costs writers next to nothing, and is all that a question for the last five minutes needs."""
POSTGRESQL = (
    # Engine states do not become smaller, and trying costs a second each.
    "ALTER TABLE snapshots ALTER COLUMN state SET STORAGE EXTERNAL",
    BY_TIMESTAMP,
    f"CREATE VIEW patient_vitals AS {VITALS} {ALL_VITALS}",
    f"CREATE VIEW patient_vitals_latest AS {VITALS} {LATEST_VITALS}",
)
"""What only PostgreSQL has: readings under the names other systems know them by."""


def needed(name: str, kind: Any) -> sa.Column[Any]:
    """A column without empty cells."""
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    """Create every table."""
    _create_names()
    _create_readings()
    _create_commands()
    _create_measures()
    _create_alarms()
    _create_refusals()
    _create_progress()
    if _is_postgresql():
        for statement in POSTGRESQL:
            op.execute(statement)


def _is_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _create_names() -> None:
    op.create_table(
        "patients",
        needed("key", INT),
        needed("patient_id", ID),
        sa.Column("age", INT),
        sa.Column("gender", TEXT),
        sa.Column("condition", TEXT),
        sa.Column("settings", TEXT, comment="JSON: what was last set by command"),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("patient_id"),
    )
    op.create_table(
        "sources",
        needed("key", INT),
        needed("name", ID),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("name"),
    )


def _create_readings() -> None:
    # The parts of a table by time can only keep a key unique that has the time in it.
    key = ("id", "observed_at") if _is_postgresql() else ("id",)
    op.create_table(
        "readings",
        sa.Column("id", KEY, autoincrement=False, nullable=False, comment="order number"),
        needed("patient_key", INT),
        needed("observed_at", BIG),
        needed("source_key", INT),
        needed("arrival", KEY),
        needed("arrived_at", BIG),
        sa.Column("heart_rate", INT),
        sa.Column("pulse_rate", INT),
        sa.Column("respiratory_rate", INT),
        sa.Column("spo2", INT),
        sa.Column("systolic_bp", INT),
        sa.Column("diastolic_bp", INT),
        sa.Column("mean_bp", INT),
        sa.Column("temperature", INT),
        sa.Column("bp_method", INT),
        sa.Column("on_oxygen", INT),
        sa.Column("fio2", INT),
        sa.Column("consciousness", INT),
        sa.Column("is_anomaly", INT),
        sa.Column("na", INT),
        sa.Column("bad", INT),
        sa.Column("late", INT),
        sa.Column("age", INT),
        sa.PrimaryKeyConstraint(*key),
        sa.UniqueConstraint("patient_key", "observed_at", "source_key", name="reading_key"),
        postgresql_partition_by="RANGE (observed_at)",
    )


def _create_commands() -> None:
    op.create_table(
        "commands",
        sa.Column("id", KEY, autoincrement=False, nullable=False, comment="order number"),
        needed("patient_key", INT),
        needed("arrival", KEY),
        needed("at", BIG),
        needed("received_at", BIG),
        needed("actor", TEXT),
        needed("command", TEXT),
        needed("content", TEXT),
        sa.ForeignKeyConstraint(["patient_key"], ["patients.key"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("patient_key", "arrival", name="command_key"),
    )
    op.create_index("commands_by_time", "commands", ["patient_key", "at"])
    op.create_table(
        "stays",
        needed("patient_key", INT),
        sa.Column("arrival", KEY, nullable=False, comment="of the command that opened the stay"),
        needed("admission_id", TEXT),
        needed("ward", TEXT),
        needed("bed", TEXT),
        needed("admitted_at", BIG),
        sa.Column("discharged_at", BIG),
        sa.ForeignKeyConstraint(["patient_key"], ["patients.key"]),
        sa.PrimaryKeyConstraint("patient_key", "arrival"),
        sqlite_with_rowid=False,
    )


def _create_measures() -> None:
    op.create_table(
        "windows",
        needed("patient_key", INT),
        needed("start", BIG),
        needed("vital", INT),
        needed("sum", BIG),
        needed("count", INT),
        needed("min", INT),
        needed("max", INT),
        needed("revision", INT),
        sa.PrimaryKeyConstraint("patient_key", "start", "vital"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scores",
        needed("patient_key", INT),
        needed("at", BIG),
        needed("seq", KEY),
        needed("name", INT),
        sa.Column("total", INT),
        sa.Column("at_least", INT),
        sa.Column("risk", INT),
        sa.Column("complete", INT),
        sa.Column("part_1", INT),
        sa.Column("part_2", INT),
        sa.Column("part_3", INT),
        sa.Column("part_4", INT),
        sa.Column("part_5", INT),
        sa.Column("part_6", INT),
        sa.Column("part_7", INT),
        sa.PrimaryKeyConstraint("patient_key", "at", "seq"),
        sqlite_with_rowid=False,
    )


def _create_alarms() -> None:
    op.create_table(
        "anomalies",
        needed("patient_key", INT),
        needed("arrival", KEY),
        needed("vital", INT),
        needed("at", BIG),
        sa.Column("score", INT),
        sa.Column("value", INT),
        sa.Column("usual_mean", INT),
        sa.Column("usual_deviation", INT),
        sa.PrimaryKeyConstraint("patient_key", "arrival", "vital"),
        sqlite_with_rowid=False,
    )
    op.create_index("anomalies_by_time", "anomalies", ["patient_key", "at"])
    op.create_table(
        "transitions",
        needed("patient_key", INT),
        needed("seq", KEY),
        needed("at", BIG),
        needed("condition", INT),
        needed("state", INT),
        needed("priority", INT),
        needed("cause", INT),
        sa.Column("onset", BIG),
        sa.Column("detail", BIG),
        sa.Column("value", INT),
        sa.Column("limit", INT),
        sa.PrimaryKeyConstraint("patient_key", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_index("transitions_by_onset", "transitions", ["patient_key", "condition", "onset"])
    op.create_index("transitions_by_time", "transitions", ["patient_key", "at"])


def _create_refusals() -> None:
    op.create_table(
        "dead_letters",
        needed("id", KEY),
        needed("rejection", HASH),
        needed("received_at", BIG),
        needed("source", TEXT),
        needed("patient_id", TEXT),
        needed("field", TEXT),
        needed("reason", TEXT),
        needed("count", KEY),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("dead_letters_by_rejection", "dead_letters", ["rejection", "received_at"])
    op.create_index("dead_letters_by_time", "dead_letters", ["received_at"])
    op.create_table(
        "dead_records",
        needed("letter_id", KEY),
        needed("number", INT),
        needed("received_at", BIG),
        needed("position", TEXT),
        needed("raw", TEXT),
        sa.Column("identity", HASH),
        sa.ForeignKeyConstraint(["letter_id"], ["dead_letters.id"]),
        sa.PrimaryKeyConstraint("letter_id", "number"),
        sa.UniqueConstraint("identity"),
    )


def _create_progress() -> None:
    op.create_table(
        "truth",
        needed("patient_key", INT),
        needed("start", BIG),
        needed("kind", WORD),
        needed("name", WORD),
        needed("vital", WORD),
        needed("end", BIG),
        sa.ForeignKeyConstraint(["patient_key"], ["patients.key"]),
        sa.PrimaryKeyConstraint("patient_key", "start", "kind", "name", "vital"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "positions",
        needed("origin", ID),
        needed("position", BIG),
        sa.PrimaryKeyConstraint("origin"),
    )
    op.create_table(
        "snapshots",
        sa.Column("commit_seq", KEY, autoincrement=False, nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("commit_seq"),
    )
    op.create_table(
        "commits",
        sa.Column("seq", KEY, autoincrement=False, nullable=False),
        sa.Column("last_order", KEY, nullable=False, comment="greatest order number so far"),
        sa.PrimaryKeyConstraint("seq"),
    )
