"""Shards: several engines, each with its own commits, snapshots and positions, in one store."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql, postgresql

revision = "0002"
down_revision = "0001"

INT = sa.Integer()
BIG = sa.BigInteger()
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = (
    sa.Text()
    .with_variant(postgresql.TEXT(collation="C"), "postgresql")
    .with_variant(mysql.LONGTEXT(collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
)
ID = (
    sa.String(255)
    .with_variant(postgresql.TEXT(collation="C"), "postgresql")
    .with_variant(mysql.VARCHAR(255, collation="utf8mb4_nopad_bin"), "mysql", "mariadb")
)

REPLACED: dict[str, tuple[list[sa.Column[Any]], str]] = {
    "commits": (
        [
            sa.Column("seq", KEY, nullable=False),
            sa.Column("last_order", KEY, nullable=False, comment="greatest order number so far"),
        ],
        "seq",
    ),
    "snapshots": (
        [
            sa.Column("commit_seq", KEY, nullable=False),
            sa.Column("state", sa.LargeBinary(), nullable=False),
        ],
        "commit_seq",
    ),
    "positions": (
        [sa.Column("origin", ID, nullable=False), sa.Column("position", BIG, nullable=False)],
        "origin",
    ),
}
"""Tables whose key begins with the shard from now on: their columns and the rest of the key."""


def upgrade() -> None:
    """What was there belongs to shard 0, the only engine there was."""
    op.create_table(
        "shards",
        sa.Column("key", INT, nullable=False),
        sa.Column("name", ID, nullable=False),
        sa.Column("topic", ID, nullable=False),
        sa.Column("partitions", INT, nullable=False, comment="of the topic, when it was taken"),
        sa.Column("epoch", BIG, nullable=False, comment="raised by every new owner"),
        sa.Column("owner", TEXT, nullable=False),
        sa.Column("session", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "outbox",
        sa.Column("shard_key", INT, nullable=False),
        sa.Column("commit_seq", KEY, nullable=False),
        sa.Column("messages", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("shard_key", "commit_seq"),
    )
    shard = sa.Column("shard_key", INT, nullable=False, server_default="0", comment="who serves it")
    op.add_column("patients", shard)
    for name, (columns, key) in REPLACED.items():
        _replace(name, columns, key)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE snapshots ALTER COLUMN state SET STORAGE EXTERNAL")


def _replace(name: str, columns: list[sa.Column[Any]], key: str) -> None:
    op.rename_table(name, f"{name}_before")
    op.create_table(
        name,
        sa.Column("shard_key", INT, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("shard_key", key, name=f"{name}_of_shard"),
    )
    listed = ", ".join(f'"{column.name}"' for column in columns)
    op.execute(
        f'INSERT INTO {name} (shard_key, {listed}) SELECT 0, {listed} FROM "{name}_before"'  # noqa: S608 - our own names
    )
    op.drop_table(f"{name}_before")
