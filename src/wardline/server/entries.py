"""What people may enter: settings, observations, admissions. Checked field by field, nothing extra.

A limit must lie where the vital sign can be at all (the catalogue's hard limits). Delays end
at 600 s, far beyond the longest presets in use (Philips SpO2 30 s), so that a slip of the keyboard
does not switch an alarm off unseen.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from wardline.codecs.reading_rows import usable_text
from wardline.model.policy import DEFAULT_PROFILE, PROFILES, RULE_INDEX, AlarmRule
from wardline.model.vitals import VITALS, Vital
from wardline.server.errors import RefusedError

TEXT_LENGTH_MAX = 128
DELAY_MAX_S = 600.0
AGE_MAX = 130
GAP_MIN = 2.0
TEMPERATURE_GAP_MIN = 1.0
"""How far a low limit must stay below the high one, in the vital sign's unit."""


def text_problem(text: str) -> str | None:
    """Why a text cannot be an id or a name, or None."""
    if not 1 <= len(text) <= TEXT_LENGTH_MAX:
        return f"must have 1 to {TEXT_LENGTH_MAX} characters"
    if not usable_text(text, TEXT_LENGTH_MAX):
        return "must not hold control characters"
    return None


def check_patient_id(patient_id: str) -> None:
    """Refuse, with 422, an id that no patient can have."""
    problem = text_problem(patient_id)
    if problem is not None:
        raise RefusedError(422, problem, "patient_id")


def _plain_text(text: str) -> str:
    problem = text_problem(text)
    if problem is not None:
        raise ValueError(problem)
    return text


def _truth(given: object) -> object:
    """Booleans are true, false, 1 or 0."""
    is_number = isinstance(given, int) and given in (0, 1)
    return bool(given) if is_number else given


def _no_truth(given: object) -> object:
    """Python counts True as 1; here it is no scale."""
    if isinstance(given, bool):
        raise ValueError("must be 1 or 2")  # noqa: TRY004 - Pydantic gathers ValueErrors
    return given


Text = Annotated[str, Field(min_length=1, max_length=TEXT_LENGTH_MAX), AfterValidator(_plain_text)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Spo2Scale = Annotated[Literal[1, 2], BeforeValidator(_no_truth)]
Seconds = Annotated[float, Field(ge=0, le=DELAY_MAX_S)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    actor: Text = Field(description="Who enters this")


class RuleEntry(BaseModel):
    """How one limit rule differs from the profile's; what is left out is as the profile has it.

    It takes the place of what was set for this rule before.
    """

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    limit: float | None = Field(
        default=None, description="In the vital sign's unit; null switches the rule off"
    )
    delay_s: Seconds = 0
    arterial_delay_s: Seconds = 0
    hysteresis: Annotated[float, Field(ge=0, le=100)] = 0
    clear_s: Seconds = 0
    priority: Literal["low", "medium", "high"] = "medium"


class SettingsEntry(_Entry):
    """Alarm limits and what scores need to know. At least one of them besides the actor."""

    profile: str | None = Field(
        default=None, description="One of: " + ", ".join(PROFILES), examples=[DEFAULT_PROFILE]
    )
    limits: dict[str, RuleEntry | None] | None = Field(
        default=None, description="By rule name; null returns to the profile's rule"
    )
    spo2_scale: Spo2Scale = Field(default=1, description="NEWS2's SpO2 scale")
    age: Annotated[int, Field(ge=0, le=AGE_MAX)] | None = Field(default=None, description="Years")
    pregnant: Truth = False

    @model_validator(mode="after")
    def _says_something(self) -> "SettingsEntry":
        if not self.model_fields_set - {"actor"}:
            raise ValueError("nothing to set: give profile, limits, spo2_scale, age or pregnant")
        return self

    def content(self) -> dict[str, Any]:
        """What was given, as a command's content."""
        return self.model_dump(exclude_unset=True, exclude={"actor"})


class AdmissionEntry(_Entry):
    """A patient comes to a bed."""

    admission_id: Text
    ward: Text
    bed: Text


class TransferEntry(_Entry):
    """A patient moves to another bed."""

    ward: Text
    bed: Text


class DischargeEntry(_Entry):
    """A patient leaves."""


class ObservationEntry(_Entry):
    """What a nurse measured or saw. Pressure is taken by cuff. At least one of them."""

    timestamp: str | int | None = Field(
        default=None, description="RFC 3339 or epoch ms; left out: now"
    )
    consciousness: Literal["A", "C", "V", "P", "U"] | None = None
    on_oxygen: Truth | None = None
    fio2: float | None = None
    temperature: float | None = None
    systolic_bp: float | None = None
    diastolic_bp: float | None = None
    mean_bp: float | None = None
    respiratory_rate: float | None = None


def check_settings(entry: SettingsEntry, before: Mapping[str, Any] | None) -> None:
    """Refuse, with 422 and the field, settings that make no clinical sense.

    `before`: the settings in force. Low and high limits are compared as they would be afterwards.
    """
    if "profile" in entry.model_fields_set and entry.profile not in PROFILES:
        raise RefusedError(422, "must be one of: " + ", ".join(PROFILES), "profile")
    if "limits" in entry.model_fields_set and entry.limits is None:
        raise RefusedError(422, "must be an object of rules", "limits")
    for name, rule in (entry.limits or {}).items():
        _check_rule(name, rule)
    _check_gaps(entry, before or {})


def _check_rule(name: str, rule: RuleEntry | None) -> None:
    place = f"limits.{name}"
    if name not in RULE_INDEX:
        raise RefusedError(422, "no limit rule has this name", place)
    if rule is None:
        return
    if not rule.model_fields_set:
        raise RefusedError(422, "nothing to set for this rule", place)
    vital = VITALS[_rules(DEFAULT_PROFILE)[name].vital]
    if rule.limit is not None and not vital.hard_low <= rule.limit <= vital.hard_high:
        span = f"{vital.hard_low:g} to {vital.hard_high:g} {vital.unit}"
        raise RefusedError(422, f"must be {span}, or null to switch it off", f"{place}.limit")


def _check_gaps(entry: SettingsEntry, before: Mapping[str, Any]) -> None:
    limits = limits_in_force(before, entry.content())
    for low in (name for name in limits if name.endswith("_low")):
        high = low.removesuffix("_low") + "_high"
        bottom, top = limits[low], limits.get(high)
        if bottom is None or top is None or not _is_touched(entry, low, high):
            continue
        gap = _gap_min(low)
        if top - bottom < gap:
            changed = low if low in (entry.limits or {}) else high
            text = f"{low} ({bottom:g}) must be at least {gap:g} below {high} ({top:g})"
            raise RefusedError(422, text, f"limits.{changed}.limit")


def _is_touched(entry: SettingsEntry, low: str, high: str) -> bool:
    changed = entry.limits or {}
    return "profile" in entry.model_fields_set or low in changed or high in changed


def _gap_min(rule: str) -> float:
    vital = _rules(DEFAULT_PROFILE)[rule].vital
    return TEMPERATURE_GAP_MIN if vital == Vital.TEMPERATURE else GAP_MIN


def limits_in_force(before: Mapping[str, Any], entered: Mapping[str, Any]) -> dict[str, Any]:
    """Limit (None = off) of every rule: the profile's, then what was set, then what is entered."""
    profile = entered.get("profile") or before.get("profile") or DEFAULT_PROFILE
    rules = _rules(profile if profile in PROFILES else DEFAULT_PROFILE)
    limits: dict[str, Any] = {name: rule.limit for name, rule in rules.items()}
    changed: list[dict[str, Any]] = [s.get("limits") or {} for s in (before, entered)]
    for changes in changed:
        for name, change in changes.items():
            override: dict[str, Any] = change or {}
            limits[name] = override.get("limit", rules[name].limit)
    return limits


def _rules(profile: str) -> dict[str, AlarmRule]:
    return {rule.name: rule for rule in PROFILES[profile].rules}
