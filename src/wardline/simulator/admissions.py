"""System B's stream of admission records, seeded.

Record n is a function of the seed, the start and n, so a stream goes on anywhere.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import numpy as np

from wardline.simulator import people
from wardline.simulator.noise import Stream, drawn, keys, uniform

Record = dict[str, Any]

EVERY_S = 1.25
"""With the jitter below, records follow each other after 0.5 to 2 seconds, as system B's do."""
JITTER = 0.3
EVERY_S_MIN = 0.001

HOSPITAL_PATIENTS = 5_000
"""A patient may be admitted again; name, age and gender stay."""

LATENESS_MAX_S = 48 * 3_600
"""A record is about an admission of the last two days."""

_DRAWS = 20


@dataclass(frozen=True, slots=True)
class Admissions:
    """Records 0, 1, 2 ... of one hospital. Raises ValueError for an interval that is too short."""

    seed: int
    start_ms: int
    every_s: float = EVERY_S

    def __post_init__(self) -> None:
        if not self.every_s >= EVERY_S_MIN:
            raise ValueError(
                f"admissions need at least {EVERY_S_MIN} s between, not {self.every_s}"
            )

    def at_ms(self, number: int) -> int:
        """When a record is sent, ms since 1970 UTC."""
        shift = (_draws(self.seed, Stream.ADMISSION, number)[0] * 2 - 1) * JITTER
        return self.start_ms + round((number + JITTER + shift) * self.every_s * 1_000)

    def record(self, number: int) -> Record:
        """One record with all of system B's columns."""
        draws = _draws(self.seed, Stream.ADMISSION, number)
        vitals = _vitals(draws[10:])
        return {
            **_person(self.seed, int(draws[1] * HOSPITAL_PATIENTS)),
            "admission_id": f"ADM-{self.seed}-{number + 1:08d}",
            **self._stay(number, draws),
            **vitals,
            **risk(vitals),
            "attending_physician": _pick(people.PHYSICIANS, draws[7]),
            "hospital_location": f"{_pick(people.BUILDINGS, draws[8])} {int(draws[9] * 400) + 100}",
        }

    def records(self, first: int = 0) -> Iterator[Record]:
        """Record `first` and all that follow; it never ends."""
        number = first
        while True:
            yield self.record(number)
            number += 1

    def _stay(self, number: int, draws: Sequence[float]) -> Record:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=self.at_ms(number))
        admitted = moment - timedelta(seconds=int(draws[2] * LATENESS_MAX_S))
        return {
            "timestamp": _iso(moment),
            "admission_timestamp": _iso(admitted),
            "department": _pick(people.DEPARTMENTS, draws[3]),
            "primary_diagnosis": _pick(people.DIAGNOSES, draws[4]),
            "admission_type": _pick(people.ADMISSION_TYPES, draws[5]),
            "status": _pick(people.STATUSES, draws[6]),
        }


def admission_message(record: Record) -> bytes:
    """A record as JSON."""
    return msgspec.json.encode(record)


def risk(vitals: Record) -> Record:
    """System B's `risk_score` and `risk_level` as its producer sends them."""
    systolic = int(vitals["blood_pressure"].split("/")[0])
    score = (
        (not 60 <= vitals["heart_rate"] <= 100)
        + (not 90 <= systolic <= 140)
        + (not 36.5 <= vitals["temperature_celsius"] <= 38.0)
        + 2 * (vitals["oxygen_saturation"] < 95)
        + (vitals["respiratory_rate"] > 20)
    )
    level = "High" if score >= 4 else "Medium" if score >= 2 else "Low"
    return {"risk_score": score, "risk_level": level}


def _person(seed: int, number: int) -> Record:
    draws = _draws(seed, Stream.HOSPITAL_PATIENT, number)
    gender = people.GENDERS[sum(draws[0] >= share for share in people.GENDER_SHARES)]
    given, family = (
        _pick(people.GIVEN_NAMES[gender], draws[1]),
        _pick(people.FAMILY_NAMES, draws[2]),
    )
    return {
        "patient_id": f"P-{number + 1:05d}",
        "patient_name": f"{given} {family}",
        "age": 18 + int(draws[3] * 78),
        "gender": gender,
        "insurance_provider": _pick(people.INSURERS, draws[4]),
    }


def _vitals(draws: Sequence[float]) -> Record:
    """Within system B's ranges; saturation and temperature lean to the healthy end."""
    systolic = 90 + int(draws[1] * 91)
    diastolic = int(systolic * (0.55 + 0.15 * draws[2]))
    return {
        "heart_rate": 50 + int(draws[0] * 71),
        "blood_pressure": f"{systolic}/{diastolic}",
        "temperature_celsius": (360 + int(draws[3] * draws[3] * 36)) / 10,
        "oxygen_saturation": 100 - int(draws[4] * draws[4] * 16),
        "respiratory_rate": 12 + int(draws[5] * 19),
    }


def _draws(seed: int, stream: Stream, number: int) -> list[float]:
    key = keys(seed, stream, np.arange(_DRAWS))
    return uniform(drawn(key, np.full(1, number))).tolist()


def _pick(choices: Sequence[str], draw: float) -> str:
    return choices[int(draw * len(choices))]


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
