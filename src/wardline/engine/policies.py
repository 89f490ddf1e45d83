"""Patient settings become rows of compiled rules; equal settings share a row."""

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from wardline.engine.state import POLICY, POLICY_RULE
from wardline.model.policy import (
    DEFAULT_PROFILE,
    PROFILES,
    RULE_COUNT,
    RULE_INDEX,
    AlarmRule,
    Policy,
    Priority,
)  # fmt: skip
from wardline.model.vitals import THOUSANDTHS, VITAL_COUNT

NO_LIMIT = 2**31 - 1

Settings = dict[str, Any]


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


def overridden_rule(rule: AlarmRule, override: Settings) -> AlarmRule:
    """A rule with some numbers replaced. A single `delay_s` counts for arterial lines too."""
    known = {"limit", "delay_s", "arterial_delay_s", "hysteresis", "clear_s", "priority"}
    unknown = set(override) - known
    if unknown:
        raise ValueError(f"rule {rule.name} has no setting {min(unknown)!r}")
    changes: Settings = dict(override)
    if "delay_s" in changes:
        changes.setdefault("arterial_delay_s", changes["delay_s"])
    if "priority" in changes:
        changes["priority"] = priority_of(changes["priority"])
    for name in known - {"priority"}:
        check_number(rule.name, name, changes.get(name))
    return replace(rule, **changes)


def priority_of(name: object) -> Priority:
    """A priority by its name."""
    if not isinstance(name, str) or name.upper() not in Priority.__members__:
        raise ValueError(f"unknown priority {name!r}; there are low, medium, high")
    return Priority[name.upper()]


def check_number(rule: str, name: str, number: object) -> None:
    """Raise ValueError unless this is a plain number that fits (or nothing)."""
    if number is None:
        return
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise ValueError(f"{name} of {rule} must be a number")  # noqa: TRY004 - callers answer one kind of error
    if not 0 <= number <= 3600:
        raise ValueError(f"{name} of {rule} must lie between 0 and 3600")


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
        row["limit"] = 0 if rule.limit is None else round(rule.limit * THOUSANDTHS)
        row["hysteresis"] = round(rule.hysteresis * THOUSANDTHS)
        row["delay"] = round(rule.delay_s * 1000)
        row["arterial_delay"] = round(rule.arterial_delay_s * 1000)
        row["clear"] = round(rule.clear_s * 1000)
        row["priority"] = rule.priority
        row["is_high"] = rule.is_high
        row["is_on"] = rule.limit is not None
    return rows


def quiet_ranges(policy: Policy) -> npt.NDArray[np.int32]:
    """Per vital sign the least and greatest thousandths that breach no rule, int32[vitals, 2]."""
    ranges = np.array([[-NO_LIMIT, NO_LIMIT]] * VITAL_COUNT, dtype=np.int32)
    for rule in policy.rules:
        if rule.limit is not None:
            limit, pair = round(rule.limit * THOUSANDTHS), ranges[rule.vital]
            pair[int(rule.is_high)] = min(pair[1], limit) if rule.is_high else max(pair[0], limit)
    return ranges
