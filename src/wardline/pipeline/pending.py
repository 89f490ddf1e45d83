"""What a worker did since its last commit."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from wardline.model.admissions import Admission
from wardline.model.dead_letters import DeadLetter
from wardline.model.findings import Findings, Outcome, join_findings
from wardline.model.patients import TruthPeriod
from wardline.model.readings import ReadingBatch
from wardline.pipeline.admissions import KnownAdmissions
from wardline.pipeline.ports import Commit, StoredCommand
from wardline.pipeline.tally import Tally

TICK_POSITION = "wardline:tick"
"""Under this origin the store keeps the last tick that became durable with its findings."""


@dataclass(slots=True)
class Pending:
    """Gathered in the order it happened; becomes one `Commit`."""

    work: list[tuple[ReadingBatch, Outcome] | StoredCommand] = field(
        default_factory=list[tuple[ReadingBatch, Outcome] | StoredCommand]
    )
    findings: list[Findings] = field(default_factory=list[Findings])
    dead_letters: list[DeadLetter] = field(default_factory=list[DeadLetter])
    truth: list[TruthPeriod] = field(default_factory=list[TruthPeriod])
    positions: dict[str, int] = field(default_factory=dict[str, int])
    admissions: list[Admission] = field(default_factory=list[Admission])
    known_admissions: KnownAdmissions = field(default_factory=KnownAdmissions)
    tally: Tally = field(default_factory=Tally)
    finding_count: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to make durable."""
        parts = (self.work, self.dead_letters, self.truth, self.positions, self.admissions)
        return not self.finding_count and not any(parts)

    def find(self, findings: Findings) -> None:
        """Add findings, if there are any."""
        if len(findings):
            self.findings.append(findings)
            self.finding_count += len(findings)

    def reach(self, origin: str, position: int) -> None:
        """Note that an origin was read up to and with a position."""
        if origin:
            self.positions[origin] = max(position, self.positions.get(origin, position))

    def keep_findings_of(self, lost: "Pending") -> None:
        """Take over the findings of time alone from a commit that failed."""
        self.findings = lost.findings
        self.finding_count = lost.finding_count
        if TICK_POSITION in lost.positions:
            self.positions[TICK_POSITION] = lost.positions[TICK_POSITION]

    def commit(self, patients: Sequence[str], snapshot: bytes | None) -> Commit:
        """All of it as one commit."""
        return Commit(
            work=self.work,
            findings=join_findings(self.findings),
            patients=patients,
            dead_letters=self.dead_letters,
            truth=self.truth,
            positions=self.positions,
            admissions=self.admissions,
            snapshot=snapshot,
        )
