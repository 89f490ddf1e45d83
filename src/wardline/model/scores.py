"""The scores by name: their parts and the words for their risk. The arithmetic is the engine's."""

from dataclasses import dataclass
from enum import IntEnum


class Score(IntEnum):
    """Order of evaluation, and of findings due at the same time."""

    NEWS2 = 0
    MEWS = 1
    QSOFA = 2
    SIRS = 3
    SHOCK_INDEX = 4
    MAP = 5
    RISK_A = 6
    RISK_B = 7


@dataclass(frozen=True, slots=True)
class ScoreKind:
    """One score: `parts` in chart order, `risks` from least to worst, `version` names the source.

    `is_sum`: the total is the sum of its parts and a partial one still has an `at_least`.
    """

    name: str
    title: str
    version: str
    parts: tuple[str, ...]
    risks: tuple[str, ...]
    is_sum: bool


SCORES: tuple[ScoreKind, ...] = (
    ScoreKind("news2", "NEWS2", "RCP 2017",
              ("respiratory_rate", "spo2", "on_oxygen", "systolic_bp", "heart_rate",
               "consciousness", "temperature"),
              ("low", "low-medium", "medium", "high"), True),
    ScoreKind("mews", "MEWS", "Subbe 2001, v1.1",
              ("systolic_bp", "heart_rate", "respiratory_rate", "temperature", "consciousness"),
              ("low", "raised"), True),
    ScoreKind("qsofa", "qSOFA", "Sepsis-3 2016",
              ("respiratory_rate", "consciousness", "systolic_bp"), ("low", "high"), True),
    ScoreKind("sirs", "SIRS", "temperature, heart rate, respiration",
              ("temperature", "heart_rate", "respiratory_rate"), ("not met", "met"), True),
    ScoreKind("shock_index", "Shock index", "HR/SBP",
              ("heart_rate", "systolic_bp"), ("usual", "raised"), False),
    ScoreKind("map", "Mean arterial pressure", "measured, else (2 DBP + SBP)/3",
              ("mean_bp", "systolic_bp", "diastolic_bp"), (), False),
    ScoreKind("risk_a", "Risk A", "system A; forest part 0 until a model is loaded",
              ("spo2", "heart_rate", "z_score", "producer_flag", "forest"),
              ("LOW", "MODERATE", "HIGH", "CRITICAL"), True),
    ScoreKind("risk_b", "Risk B", "system B",
              ("heart_rate", "systolic_bp", "temperature", "spo2", "respiratory_rate"),
              ("Low", "Medium", "High"), True),
)  # fmt: skip

SCORE_COUNT = len(SCORES)
SCORE_NAMES: tuple[str, ...] = tuple(kind.name for kind in SCORES)
SCORE_INDEX: dict[str, int] = {name: index for index, name in enumerate(SCORE_NAMES)}
NO_RISK = -1
