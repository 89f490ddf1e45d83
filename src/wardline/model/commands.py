"""What people tell the engine: settings, admissions, transfers, discharges.

A command is stored with its arrival time, place in the patient's order and actor, and is replayed
in that order like a reading.
"""

from dataclasses import dataclass
from typing import Any

SETTINGS = "settings"
ADMIT = "admit"
TRANSFER = "transfer"
DISCHARGE = "discharge"
CHART = "chart"
COMMAND_NAMES = (SETTINGS, ADMIT, TRANSFER, DISCHARGE, CHART)


@dataclass(frozen=True, slots=True)
class Command:
    """One command for one patient.

    `at`: receive time in ms, before it is made non-decreasing.
    `content`, for settings any of: `profile` (str), `limits` ({rule name: {limit, delay_s,
    arterial_delay_s, hysteresis, clear_s, priority} or None to return to the profile's rule};
    limit None switches the rule off), `spo2_scale` (1 or 2), `age` (years or None), `pregnant`.
    For admit: admission_id, ward, bed; transfer: ward, bed; discharge: nothing; chart: what
    was charted, for the record of who did it (its values come as a reading of their own).
    """

    patient_id: str
    at: int
    actor: str
    command: str
    content: dict[str, Any]
