"""What `wardline doctor` looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `is_needed`: without it Wardline does not run."""

    name: str
    ok: bool
    finding: str
    is_needed: bool = True
