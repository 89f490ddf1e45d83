"""Patient settings become rows of compiled rules; equal settings share a row."""

from dataclasses import replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from wardline.engine.state import POLICY, POLICY_RULE
from wardline.model.cleaning import thousandths
from wardline.model.policy import (
    DEFAULT_PROFILE,
    PROFILES,
    RULE_COUNT,
    RULE_INDEX,
    AlarmRule,
    Policy,
    Priority,
)  # fmt: skip
from wardline.model.vitals import VITAL_COUNT

NO_LIMIT = 2**31 - 1

Settings = dict[str, Any]


KNOWN_SETTINGS = {"profile", "limits", "spo2_scale", "age", "pregnant"}
RULE_SETTINGS = {"limit", "delay_s", "arterial_delay_s", "hysteresis", "clear_s", "priority"}
AGE_MAX = 150


def check_settings(content: Settings) -> None:
    """Raise ValueError naming what is no setting, or is none of its kind."""
    unknown = set(content) - KNOWN_SETTINGS
    if unknown:
        raise ValueError(f"unknown setting {min(unknown)!r}; there are {sorted(KNOWN_SETTINGS)}")
    if not isinstance(content.get("profile") or "", str):
        raise ValueError("profile must be a name")  # noqa: TRY004 - callers answer one kind
    if not isinstance(content.get("limits") or {}, dict):
        raise ValueError("limits must be rules by name")  # noqa: TRY004 - as above
    if content.get("spo2_scale", 1) not in (None, 1, 2) or content.get("spo2_scale") is True:
        raise ValueError("spo2_scale must be 1 or 2")
    if content.get("pregnant") not in (None, True, False):
        raise ValueError("pregnant must be true or false")
    age = content.get("age")
    is_age = isinstance(age, int) and not isinstance(age, bool) and 0 <= age <= AGE_MAX
    if age is not None and not is_age:
        raise ValueError(f"age must be whole years from 0 to {AGE_MAX}")


def merged_settings(before: Settings, content: Settings) -> Settings:
    """Settings after a command: limits add up rule by rule, None takes a rule's override away."""
    limits: Settings = {**before.get("limits", {}), **(content.get("limits") or {})}
    merged = {**before, **content}
    merged["limits"] = {name: limit for name, limit in limits.items() if limit is not None}
    return merged


def policy_of(settings: Settings) -> Policy:
    """The rules in force under some settings. Raises ValueError naming what makes no sense."""
    profile = settings.get("profile") or DEFAULT_PROFILE
    if profile not in PROFILES:
        raise ValueError(f"unknown profile {profile!r}; there are {', '.join(PROFILES)}")
    rules = list(PROFILES[profile].rules)
    for name, override in settings.get("limits", {}).items():
        if name not in RULE_INDEX:
            raise ValueError(f"unknown rule {name!r}; there are {', '.join(RULE_INDEX)}")
        index = RULE_INDEX[name]
        rules[index] = overridden_rule(rules[index], override)
    return Policy(profile, tuple(rules))


def overridden_rule(rule: AlarmRule, override: object) -> AlarmRule:
    """A rule with some numbers replaced. A single `delay_s` counts for arterial lines too."""
    if not isinstance(override, dict):
        raise ValueError(f"rule {rule.name} needs its settings by name")  # noqa: TRY004 - as above
    changes: Settings = dict(cast("Settings", override))
    unknown = set(changes) - RULE_SETTINGS
    if unknown:
        raise ValueError(f"rule {rule.name} has no setting {min(unknown)!r}")
    if "delay_s" in changes:
        changes.setdefault("arterial_delay_s", changes["delay_s"])
    if "priority" in changes:
        changes["priority"] = priority_of(changes["priority"])
    for name in set(changes) - {"priority"}:
        check_number(rule.name, name, changes[name])
    return replace(rule, **changes)


def priority_of(name: object) -> Priority:
    """A priority by its name."""
    if not isinstance(name, str) or name.upper() not in Priority.__members__:
        raise ValueError(f"unknown priority {name!r}; there are low, medium, high")
    return Priority[name.upper()]


def check_number(rule: str, name: str, number: object) -> None:
    """Raise ValueError unless this is a plain number that fits; a limit may be None: off."""
    if number is None and name == "limit":
        return
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise ValueError(f"{name} of {rule} must be a number")  # noqa: TRY004 - callers answer one kind of error
    if not 0 <= number <= 3600:
        raise ValueError(f"{name} of {rule} must lie between 0 and 3600")


def to_thousandths(number: float) -> int:
    """As readings are fixed: half away from zero of the decimal text."""
    return int(thousandths(np.array([number], dtype=np.float64))[0])


class Policies:
    """Compiled policies, row by row; row 0 is the default profile.

    Grows, never shrinks: bounded by the number of different settings ever given.
    """

    def __init__(self):
        self.table: npt.NDArray[np.void] = np.zeros(0, dtype=POLICY)
        self._rows: dict[bytes, int] = {}
        self.row(PROFILES[DEFAULT_PROFILE])

    def row(self, policy: Policy) -> int:
        """The row of a policy, made on first sight."""
        row = np.zeros(1, dtype=POLICY)
        row["rules"], row["quiet"] = compile_rules(policy), quiet_ranges(policy)
        key = row.tobytes()
        if key not in self._rows:
            self._rows[key] = len(self.table)
            self.table = np.concatenate([self.table, row])
        return self._rows[key]


def compile_rules(policy: Policy) -> npt.NDArray[np.void]:
    """POLICY_RULE rows, in rule order."""
    rows = np.zeros(RULE_COUNT, dtype=POLICY_RULE)
    for row, rule in zip(rows, policy.rules, strict=True):
        row["limit"] = 0 if rule.limit is None else to_thousandths(rule.limit)
        row["hysteresis"] = to_thousandths(rule.hysteresis)
        row["delay"] = to_thousandths(rule.delay_s)
        row["arterial_delay"] = to_thousandths(rule.arterial_delay_s)
        row["clear"] = to_thousandths(rule.clear_s)
        row["priority"] = rule.priority
        row["is_high"] = rule.is_high
        row["is_on"] = rule.limit is not None
    return rows


def quiet_ranges(policy: Policy) -> npt.NDArray[np.int32]:
    """Per vital sign the least and greatest thousandths that breach no rule, int32[vitals, 2]."""
    ranges = np.array([[-NO_LIMIT, NO_LIMIT]] * VITAL_COUNT, dtype=np.int32)
    for rule in policy.rules:
        if rule.limit is not None:
            limit, pair = to_thousandths(rule.limit), ranges[rule.vital]
            pair[int(rule.is_high)] = min(pair[1], limit) if rule.is_high else max(pair[0], limit)
    return ranges
