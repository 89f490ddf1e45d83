"""Admissions: what the pipeline asks of a store about them, and which commands follow from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self, cast

from wardline.codecs.admissions_json import commands_of
from wardline.model.admissions import Admission, AdmissionSummary, DecodedAdmissions
from wardline.model.commands import ADMIT, DISCHARGE, TRANSFER, Command

ACTOR = "admissions"
"""Who a command comes from that follows from an admission."""

Place = tuple[str, str]
"""(department, hospital location)."""


@dataclass(slots=True)
class KnownAdmissions:
    """What is known about some patients and admissions.

    places: by admission id, as last recorded. newest: timestamp (ms) of the newest record, by
    patient id. open_stays: admission id of the stay that goes on, by patient id.
    """

    places: dict[str, Place] = field(default_factory=dict[str, Place])
    newest: dict[str, int] = field(default_factory=dict[str, int])
    open_stays: dict[str, str | None] = field(default_factory=dict[str, "str | None"])

    def __ior__(self, newer: Self) -> Self:
        """Learn what is known since."""
        self.places |= newer.places
        self.newest |= newer.newest
        self.open_stays |= newer.open_stays
        return self


@dataclass(frozen=True, slots=True)
class AdmissionPage:
    """Admissions newest first, and the token of the following page if there is one."""

    admissions: list[Admission]
    next: str | None


class Admissions(Protocol):
    """A store that keeps admissions. Any thread, any time; StoreUnavailableError as elsewhere."""

    def admission_summary(self) -> AdmissionSummary:
        """Counts and means over all admissions."""
        ...

    def admission_page(
        self, risk: str | None = None, limit: int = 50, after: str | None = None
    ) -> AdmissionPage:
        """Admissions of one risk level or all, newest first. ValueError: `after` is no token."""
        ...

    def known_admissions(self, admissions: Sequence[Admission]) -> KnownAdmissions:
        """What was recorded before about these admissions and their patients."""
        ...


def admissions_of(store: object) -> Admissions | None:
    """The store as a keeper of admissions, None if it is none."""
    return cast("Admissions", store) if hasattr(store, "known_admissions") else None


def commands_from(
    decoded: DecodedAdmissions, store: Admissions, undurable: KnownAdmissions
) -> list[Command]:
    """Which commands follow from admissions, once each, whatever is sent again.

    A new admission admits its patient; a change of its place is a transfer; a discharge ends the
    stay that it is about, and no other. What is older than a record of the same patient that is
    known moves nobody. `undurable`: what was learnt since the last commit; more is added.
    """
    if not decoded.admissions:
        return []
    known = store.known_admissions(decoded.admissions)
    known |= undurable
    commands: list[Command] = []
    for admission, at in zip(decoded.admissions, decoded.received_at.tolist(), strict=True):
        name = _command_name(admission, known)
        news = _news(admission, name, known)
        known |= news
        undurable |= news
        if name is not None:
            commands.append(_command(admission, name, at))
    return commands


def _command_name(admission: Admission, known: KnownAdmissions) -> str | None:
    """Which command follows, if one does."""
    if not _is_newest(admission, known):
        return None
    is_here = known.open_stays.get(admission.patient_id) == admission.admission_id
    if admission.is_discharged:
        return DISCHARGE if is_here else None
    before = known.places.get(admission.admission_id)
    if before is None:
        return ADMIT
    return TRANSFER if is_here and before != _place(admission) else None


def _news(admission: Admission, name: str | None, known: KnownAdmissions) -> KnownAdmissions:
    """What an admission lets be known, with the command that follows from it."""
    news = KnownAdmissions()
    if _is_newest(admission, known):
        news.newest[admission.patient_id] = admission.timestamp
    if _is_newest(admission, known) or admission.admission_id not in known.places:
        news.places[admission.admission_id] = _place(admission)
    if name in (ADMIT, DISCHARGE):
        news.open_stays[admission.patient_id] = admission.admission_id if name == ADMIT else None
    return news


def _is_newest(admission: Admission, known: KnownAdmissions) -> bool:
    return admission.timestamp >= known.newest.get(admission.patient_id, admission.timestamp)


def _place(admission: Admission) -> Place:
    return admission.department, admission.hospital_location


def _command(admission: Admission, name: str, at: int) -> Command:
    (implied,) = commands_of(admission)
    content = implied["content"]
    if name == TRANSFER:
        content = {"ward": content["ward"], "bed": content["bed"]}
    return Command(admission.patient_id, at, ACTOR, name, content)
