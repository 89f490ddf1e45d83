"""The tables that leave Wardline: their columns, in order, and what a column holds.

A store gives rows of plain values by `kind`; `codecs.tables` renders them.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "time", "thousandths", "integer", "boolean", "json"]
"""text: str. time: int ms since 1970 UTC. thousandths, integer: int. boolean: bool. json: text.
None is an empty cell in every kind."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    """One exported table. `time` names the column that orders rows within a patient."""

    name: str
    columns: tuple[Column, ...]
    time: str

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)


def _table(name: str, time: str, columns: str) -> Table:
    kinds: dict[str, Kind] = {
        "t": "text", "ms": "time", "n": "thousandths", "i": "integer", "b": "boolean", "j": "json",
    }  # fmt: skip
    pairs = (column.split(":") for column in columns.split())
    return Table(name, tuple(Column(column, kinds[kind]) for column, kind in pairs), time)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table("readings", "timestamp", """
            patient_id:t timestamp:ms source:t heart_rate:n pulse_rate:n respiratory_rate:n spo2:n
            systolic_bp:n diastolic_bp:n mean_bp:n bp_method:t temperature:n on_oxygen:b fio2:n
            consciousness:t is_anomaly:b marks:t late:t arrival:i arrived_at:ms patient_age:i
        """),
        _table("windows", "window_start", """
            patient_id:t window_start:ms width_s:i vital:t count:i min:n max:n mean:n revision:i
        """),
        _table("scores", "at", """
            patient_id:t at:ms name:t version:t total:n at_least:n complete:b risk:t parts:j
        """),
        _table("anomalies", "at", """
            patient_id:t at:ms vital:t detector:t score:n value:n usual_mean:n usual_deviation:n
        """),
        _table("transitions", "at", """
            patient_id:t seq:i at:ms rule:t state:t priority:t kind:t vital:t value:n limit:n
            reason:t onset:ms
        """),
        _table("episodes", "onset", """
            patient_id:t rule:t onset:ms ended_at:ms priority:t kind:t vital:t value:n limit:n
            reason:t
        """),
        _table("dead-letters", "received_at", """
            received_at:ms source:t position:t patient_id:t field:t reason:t count:i raw:t
        """),
        _table("truth", "start", "patient_id:t start:ms end:ms kind:t name:t vital:t"),
        _table("commands", "at", """
            patient_id:t arrival:i at:ms actor:t command:t content:j
        """),
        _table("stays", "admitted_at", """
            patient_id:t admission_id:t ward:t bed:t admitted_at:ms discharged_at:ms
        """),
    )
}  # fmt: skip

DIGEST_TABLES = ("windows", "scores", "anomalies", "transitions")
"""The tables behind `findings_sha256`, in order."""

WINDOW_WIDTH_MS = 60_000
WINDOW_GRACE_MS = 10_000
