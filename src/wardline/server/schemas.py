"""What the API gives, as models: they make /openapi.json, and tests hold every answer to them."""

from dataclasses import fields
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from wardline.model.admissions import Admission
from wardline.model.tables import Kind, Table

TIME = "RFC 3339 in UTC with milliseconds and Z"


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Failure(_Answer):
    """Every error of the API."""

    error: str = Field(description="What was wrong, in plain words")
    field: str | None = Field(description="The parameter or field concerned, if it is one")


class Note(_Answer):
    """What was wrong with one item of a submission."""

    index: int = Field(description="Place among the items sent, from 0")
    field: str
    reason: str


class Accepted(_Answer):
    """What became of a submission, once it is durable: accepted + duplicates + rejected = sent."""

    accepted: int
    duplicates: int
    rejected: list[Note]
    flagged: list[Note] | None = Field(
        None,
        description="Kept readings that lost an implausible value; left out when there are none",
    )


class PatientAnswer(_Answer):
    """A patient; ward and bed are those of the open stay."""

    patient_id: str
    ward: str | None
    bed: str | None
    admission_id: str | None
    age: int | None
    gender: str | None
    condition: str | None
    settings: dict[str, Any] | None = Field(description="What was last set: profile, limits, ...")


class PatientsAnswer(_Answer):
    """All patients, by id."""

    patients: list[PatientAnswer]


class Stored(_Answer):
    """A command as it was stored."""

    patient_id: str
    command: str
    actor: str
    at: str = Field(description=TIME)
    arrival: int = Field(description="Place in the patient's order of readings and commands")
    content: dict[str, Any]


class LatestValue(_Answer):
    """The newest value of one vital sign; `value` is null when it was never measured."""

    value: float | None
    unit: str
    state: str = Field(description="live, stale or missing; a stale value is not a present one")
    age_s: float | None
    observed_at: str | None = Field(description=TIME)
    arrived_at: str | None = Field(description=TIME)
    source: str | None


class LatestCondition(_Answer):
    """A condition that is not normal."""

    rule: str
    state: str
    priority: str
    kind: str
    vital: str
    value: float | None
    limit: float | None
    onset: str | None = Field(description=TIME)
    reason: str


class LatestScore(_Answer):
    """A score as its inputs stand now."""

    name: str
    total: float | None
    at_least: float | None
    complete: bool
    risk: str | None
    parts: dict[str, float | None]


class LatestPatient(_Answer):
    """The picture of one patient."""

    patient_id: str
    ward: str | None
    bed: str | None
    last_reading_at: str | None = Field(description=TIME)
    last_reading_age_s: float | None
    clock_skew_s: float | None
    vitals: dict[str, LatestValue]
    conditions: list[LatestCondition]
    scores: list[LatestScore]


class LatestAnswer(_Answer):
    """The newest values of every patient, as of `now`."""

    now: str = Field(description=TIME)
    patients: list[LatestPatient]


class News2Answer(_Answer):
    """NEWS2 of one observation set. total and risk are null while a part is missing."""

    total: int | None
    at_least: int | None
    risk: str | None
    complete: bool
    parts: dict[str, int | None]
    missing: list[str]


class AdmissionsAccepted(_Answer):
    """What became of admission records, once it is durable: accepted + rejected = sent."""

    accepted: int
    rejected: list[Note]


def _admissions_page() -> type[BaseModel]:
    """One page of admissions, each with the columns of system B."""
    columns: dict[str, Any] = {
        column.name: (
            (str, Field(description=TIME)) if "timestamp" in column.name else (column.type, ...)
        )
        for column in fields(Admission)
    }
    row = create_model("AdmissionRow", __base__=_Answer, **columns)
    return _page("AdmissionsPage", row)


def _page(name: str, row: type[BaseModel]) -> type[BaseModel]:
    members: dict[str, Any] = {
        "rows": (list[row], Field(description="Newest first")),
        "next": (str | None, Field(description="Token of the following page, or null")),
    }
    return create_model(name, __base__=_Answer, **members)


AdmissionsPage = _admissions_page()


class ShareAnswer(_Answer):
    """How many admissions have one value of a column."""

    name: str
    count: int


class AdmissionSummaryAnswer(_Answer):
    """Counts and means over all admissions; means have one decimal and are null without any."""

    patients: int
    admissions: int
    high_risk_patients: int = Field(description="Patients with an admission of high risk")
    critical_oxygen: int = Field(description="Admissions with an oxygen saturation below 90 %")
    average_age: float | None
    departments: list[ShareAnswer] = Field(description="The 20 most frequent")
    risk_levels: list[ShareAnswer]
    diagnoses: list[ShareAnswer] = Field(description="The 10 most frequent")
    admission_types: list[ShareAnswer]
    average_vitals: dict[str, float | None]


class SessionAnswer(_Answer):
    """Whether a browser has to sign in, and whether this one may look at patients."""

    required: bool = Field(description="Whether the server asks for a token")
    signed_in: bool = Field(description="Always true where none is asked for")


class SystemPartition(_Answer):
    """One partition; of an embedded engine its queue."""

    topic: str
    partition: int
    worker: str | None
    state: str = Field(description="saving when all is well")
    epoch: int
    next_offset: int | None = Field(description="How far it is durable")
    lag: int | None = Field(description="Messages (of a queue: rows) not read yet")
    patients: int
    rows_ahead: int
    heard_s: float | None


class SystemWorker(_Answer):
    """One engine process; rates of the last ten seconds."""

    name: str
    topic: str
    heard_s: float
    is_silent: bool
    partitions: int
    readings_per_s: float | None
    commits_per_s: float | None
    commit_ms: float | None
    commit_lag_s: float | None
    dead_letters: int
    outbox_pending: int
    problems: list[str]


class SystemSums(_Answer):
    """All partitions and workers together."""

    messages_per_s: float | None
    readings_per_s: float | None
    commits_per_s: float | None
    commit_ms: float | None
    commit_lag_s: float | None
    told_per_s: float | None
    lag: int | None
    patients: int
    rows_ahead: int
    dead_letters: int
    outbox_pending: int


class SystemServer(_Answer):
    """The server that answers, and its screens."""

    viewers: int
    viewers_max: int
    messages_per_s: float | None


class SystemAnswer(_Answer):
    """The data flow, from the topic to the screens."""

    kind: str = Field(description="embedded or workers")
    store: str = Field(description="What kind of store it is")
    takes_commits: bool | None
    topic: str
    partition_count: int
    partitions: list[SystemPartition]
    workers: list[SystemWorker]
    sums: SystemSums
    problems: list[str]
    left_out: int = Field(description="Partitions, workers and problems that are not told")
    server: SystemServer


class HealthAnswer(_Answer):
    """The server runs."""

    status: str


class ReadyAnswer(_Answer):
    """Whether the server can do its work, and why not."""

    status: str = Field(description="ready or not ready")
    reasons: list[str]


_TYPES: dict[Kind, Any] = {
    "text": str | None,
    "time": str | None,
    "thousandths": float | None,
    "integer": int | None,
    "boolean": bool | None,
    "json": Any,
}


def page_model(table: Table) -> type[BaseModel]:
    """The model of one page of a table."""
    title = "".join(word.title() for word in table.name.split("-"))
    columns: dict[str, Any] = {
        column.name: (
            _TYPES[column.kind],
            Field(description=TIME if column.kind == "time" else column.kind),
        )
        for column in table.columns
    }
    row = create_model(f"{title}Row", __base__=_Answer, **columns)
    return _page(f"{title}Page", row)


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors a route can give, for its `responses`."""
    always = {400: "Bad request", 401: "Token required", 403: "Foreign page"}
    words = {
        404: "Unknown", 408: "Too slow", 413: "Too large", 415: "Wrong content type",
        422: "Not acceptable", 429: "Too many tries; see Retry-After",
        500: "Fault inside", 503: "Try again after Retry-After",
    }  # fmt: skip
    chosen = always | {status: words[status] for status in (*statuses, 500)}
    return {status: {"model": Failure, "description": text} for status, text in chosen.items()}
