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
    .with_variant(postgresql.VARCHAR(255, collation="C"), "postgresql")
    .with_variant(mysql.VARCHAR(255, collation=BYTEWISE), "mysql", "mariadb")
)
WORD = sa.String(64).with_variant(mysql.VARCHAR(64, collation=BYTEWISE), "mysql", "mariadb")


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


def _create_names() -> None:
    op.create_table(
        "patients",
        needed("key", INT),
        needed("patient_id", ID),
        sa.Column("age", INT),
        sa.Column("gender", TEXT),
        sa.Column("condition", TEXT),
        sa.Column("settings", TEXT),
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
    op.create_table(
        "readings",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
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
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("patient_key", "observed_at", "source_key", name="reading_key"),
    )


def _create_commands() -> None:
    op.create_table(
        "commands",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
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
        needed("arrival", KEY),
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
        needed("last_order", KEY),
        sa.PrimaryKeyConstraint("seq"),
    )
