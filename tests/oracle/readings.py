"""A reading as a person would write it down."""

from dataclasses import dataclass, field

CURRENT_MAX = 60_000
CHARTED_CURRENT_MAX = 30 * 60_000


@dataclass(frozen=True)
class Reading:
    """One reading. Times in ms, values and fio2 in thousandths by field name.

    A field has a value, or is in `na`, or is in `bad`, or is absent.
    """

    patient_id: str
    t: int
    received_at: int
    source: str = ""
    values: dict[str, int] = field(default_factory=dict)
    na: frozenset[str] = frozenset()
    bad: frozenset[str] = frozenset()
    bp_method: str = ""
    on_oxygen: bool | None = None
    fio2: int | None = None
    consciousness: str | None = None
    is_anomaly: bool | None = None
    age: int | None = None

    @property
    def is_arterial(self) -> bool:
        return self.bp_method == "arterial"

    @property
    def key(self) -> tuple[int, str]:
        return self.t, self.source

    def content(self) -> tuple:
        """What two readings of one key must share to be the same. Age is not in it."""
        return (
            tuple(sorted(self.values.items())),
            self.na,
            self.bad,
            self.bp_method,
            self.on_oxygen,
            self.fio2,
            self.consciousness,
            self.is_anomaly,
        )
