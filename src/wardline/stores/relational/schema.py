"""The tables, as SQLAlchemy Core knows them: the single source for statements and migrations.

Patients and sources are interned: rows carry small integer keys. Times are milliseconds since 1970
UTC, values thousandths, kinds the codes of `model`; an empty cell is NULL.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from wardline.model.scores import SCORES
from wardline.model.vitals import VITAL_NAMES

SCORE_PARTS = tuple(
    f"part_{place}" for place in range(1, max(len(kind.parts) for kind in SCORES) + 1)
)

READING_CONTEXT = ("bp_method", "on_oxygen", "fio2", "consciousness", "is_anomaly")
READING_FLAGS = ("na", "bad", "late", "age")

metadata = sa.MetaData()

# Ids compare by their UTF-8 bytes everywhere. SQLite's default collation does so already.
_TEXT = (
    sa.Text()
    .with_variant(postgresql.TEXT(collation="C"), "postgresql")
    .with_variant(mysql.LONGTEXT(collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
)
_ID = (
    sa.String(255)
    .with_variant(postgresql.TEXT(collation="C"), "postgresql")
    .with_variant(mysql.VARCHAR(255, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
)
_WORD = (
    sa.String(64)
    .with_variant(postgresql.TEXT(collation="C"), "postgresql")
    .with_variant(mysql.VARCHAR(64, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
)
# SQLite numbers rows by itself only in a column of exactly this type.
_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MS = sa.BigInteger()
_INT = sa.Integer()


def _patient() -> sa.Column[int]:
    return sa.Column("patient_key", _INT, sa.ForeignKey("patients.key"), nullable=False)


def _hot(name: str = "patient_key") -> sa.Column[int]:
    # No foreign key: checking it costs a tenth of a commit, and the writer itself gives the keys.
    return sa.Column(name, _INT, nullable=False)


def _needed(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _integers(names: tuple[str, ...]) -> list[sa.Column[int]]:
    return [sa.Column(name, _INT) for name in names]


patients = sa.Table(
    "patients",
    metadata,
    sa.Column("key", _INT, primary_key=True),
    sa.Column("patient_id", _ID, nullable=False, unique=True),
    sa.Column("age", _INT),
    sa.Column("gender", _TEXT),
    sa.Column("condition", _TEXT),
    sa.Column("settings", _TEXT, comment="JSON: what was last set by command"),
    sa.Column("shard_key", _INT, nullable=False, server_default="0", comment="who serves it"),
)

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("key", _INT, primary_key=True),
    sa.Column("name", _ID, nullable=False, unique=True),
)

# PostgreSQL keeps readings in parts by time (see `databases.partitions`): every key of theirs has
# the time in it there, the primary key too.
readings = sa.Table(
    "readings",
    metadata,
    sa.Column("id", _KEY, primary_key=True, autoincrement=False, comment="order number"),
    _hot(),
    _needed("observed_at", _MS),
    _hot("source_key"),
    _needed("arrival", _KEY),
    _needed("arrived_at", _MS),
    *_integers((*VITAL_NAMES, *READING_CONTEXT, *READING_FLAGS)),
    sa.UniqueConstraint("patient_key", "observed_at", "source_key", name="reading_key"),
)

commands = sa.Table(
    "commands",
    metadata,
    sa.Column("id", _KEY, primary_key=True, autoincrement=False, comment="order number"),
    _patient(),
    _needed("arrival", _KEY),
    _needed("at", _MS),
    _needed("received_at", _MS),
    _needed("actor", _TEXT),
    _needed("command", _TEXT),
    _needed("content", _TEXT),
    sa.UniqueConstraint("patient_key", "arrival", name="command_key"),
    sa.Index("commands_by_time", "patient_key", "at"),
)

stays = sa.Table(
    "stays",
    metadata,
    _patient(),
    sa.Column("arrival", _KEY, nullable=False, comment="of the command that opened the stay"),
    _needed("admission_id", _TEXT),
    _needed("ward", _TEXT),
    _needed("bed", _TEXT),
    _needed("admitted_at", _MS),
    sa.Column("discharged_at", _MS),
    sa.PrimaryKeyConstraint("patient_key", "arrival"),
    sqlite_with_rowid=False,
)

windows = sa.Table(
    "windows",
    metadata,
    _hot(),
    _needed("start", _MS),
    _needed("vital", _INT),
    _needed("sum", sa.BigInteger()),
    _needed("count", _INT),
    _needed("min", _INT),
    _needed("max", _INT),
    _needed("revision", _INT),
    sa.PrimaryKeyConstraint("patient_key", "start", "vital"),
    sqlite_with_rowid=False,
)

scores = sa.Table(
    "scores",
    metadata,
    _hot(),
    _needed("at", _MS),
    _needed("seq", _KEY),
    _needed("name", _INT),
    *_integers(("total", "at_least", "risk", "complete", *SCORE_PARTS)),
    # `seq` alone tells a patient's scores apart; the time before it makes the key serve queries.
    sa.PrimaryKeyConstraint("patient_key", "at", "seq"),
    sqlite_with_rowid=False,
)

anomalies = sa.Table(
    "anomalies",
    metadata,
    _hot(),
    _needed("arrival", _KEY),
    _needed("vital", _INT),
    _needed("at", _MS),
    *_integers(("score", "value", "usual_mean", "usual_deviation")),
    sa.PrimaryKeyConstraint("patient_key", "arrival", "vital"),
    sa.Index("anomalies_by_time", "patient_key", "at"),
    sqlite_with_rowid=False,
)

transitions = sa.Table(
    "transitions",
    metadata,
    _hot(),
    _needed("seq", _KEY),
    _needed("at", _MS),
    *(_needed(name, _INT) for name in ("condition", "state", "priority", "cause")),
    sa.Column("onset", _MS),
    sa.Column("detail", sa.BigInteger()),
    *_integers(("value", "limit")),
    sa.PrimaryKeyConstraint("patient_key", "seq"),
    sa.Index("transitions_by_time", "patient_key", "at"),
    sa.Index("transitions_by_onset", "patient_key", "condition", "onset"),
    sqlite_with_rowid=False,
)

dead_letters = sa.Table(
    "dead_letters",
    metadata,
    sa.Column("id", _KEY, primary_key=True),
    _needed("rejection", sa.LargeBinary(16)),
    _needed("received_at", _MS),
    *(_needed(name, _TEXT) for name in ("source", "patient_id", "field", "reason")),
    _needed("count", _KEY),
    sa.Index("dead_letters_by_rejection", "rejection", "received_at"),
    sa.Index("dead_letters_by_time", "received_at"),
)

dead_records = sa.Table(
    "dead_records",
    metadata,
    sa.Column("letter_id", _KEY, sa.ForeignKey("dead_letters.id"), nullable=False),
    _needed("number", _INT),
    _needed("received_at", _MS),
    _needed("position", _TEXT),
    _needed("raw", _TEXT),
    sa.Column("identity", sa.LargeBinary(16), unique=True),
    sa.PrimaryKeyConstraint("letter_id", "number"),
)

truth = sa.Table(
    "truth",
    metadata,
    _patient(),
    _needed("start", _MS),
    *(_needed(name, _WORD) for name in ("kind", "name", "vital")),
    _needed("end", _MS),
    sa.PrimaryKeyConstraint("patient_key", "start", "kind", "name", "vital"),
    sqlite_with_rowid=False,
)

# One engine's set of patients; without several workers there is only shard 0, which has no row.
shards = sa.Table(
    "shards",
    metadata,
    sa.Column("key", _INT, primary_key=True),
    sa.Column("name", _ID, nullable=False, unique=True),
    _needed("topic", _ID),
    sa.Column("partitions", _INT, nullable=False, comment="of the topic, when it was taken"),
    sa.Column("epoch", sa.BigInteger(), nullable=False, comment="raised by every new owner"),
    _needed("owner", _TEXT),
    _needed("session", _TEXT),
)

positions = sa.Table(
    "positions",
    metadata,
    _hot("shard_key"),
    _needed("origin", _ID),
    _needed("position", sa.BigInteger()),
    sa.PrimaryKeyConstraint("shard_key", "origin"),
)

snapshots = sa.Table(
    "snapshots",
    metadata,
    _hot("shard_key"),
    _needed("commit_seq", _KEY),
    _needed("state", sa.LargeBinary()),
    sa.PrimaryKeyConstraint("shard_key", "commit_seq"),
)

commits = sa.Table(
    "commits",
    metadata,
    _hot("shard_key"),
    _needed("seq", _KEY),
    sa.Column("last_order", _KEY, nullable=False, comment="greatest order number so far"),
    sa.PrimaryKeyConstraint("shard_key", "seq"),
)

# What is to be published of a commit, until it is known to be published.
outbox = sa.Table(
    "outbox",
    metadata,
    _hot("shard_key"),
    _needed("commit_seq", _KEY),
    _needed("messages", sa.LargeBinary()),
    sa.PrimaryKeyConstraint("shard_key", "commit_seq"),
)
