"""Settings of a patient and the limit rules they give."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from wardline.model.policy import PRIORITY_NAMES, PROFILES, AlarmRule
from wardline.model.vitals import VITAL_NAMES


def thousandths(number: float) -> int:
    """Thousandths of a unit, or ms of a second; half away from zero."""
    return int((Decimal(str(number)) * 1000).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True)
class Rule:
    """One limit rule in thousandths and ms; `limit` None = off."""

    name: str
    vital: str
    is_high: bool
    limit: int | None
    delay: int
    arterial_delay: int
    hysteresis: int
    clear: int
    priority: str

    def judge(self, value: int) -> str:
        limit = self.limit
        if self.is_high:
            if value > limit:
                return "breach"
            return "cleared" if value <= limit - self.hysteresis else "within"
        if value < limit:
            return "breach"
        return "cleared" if value >= limit + self.hysteresis else "within"


def plain_rule(rule: AlarmRule, own: dict) -> Rule:
    """The profile's rule with a patient's own numbers over it.

    A patient's own delay counts for an arterial line too, unless that has one of its own.
    """
    if "delay_s" in own:
        own = {"arterial_delay_s": own["delay_s"], **own}

    def number(name: str):
        return own.get(name, getattr(rule, name))

    limit = number("limit")
    priority = own.get("priority", PRIORITY_NAMES[rule.priority])
    return Rule(
        rule.name,
        VITAL_NAMES[rule.vital],
        rule.is_high,
        None if limit is None else thousandths(limit),
        thousandths(number("delay_s")),
        thousandths(number("arterial_delay_s")),
        thousandths(number("hysteresis")),
        thousandths(number("clear_s")),
        priority,
    )


class Settings:
    """What was last set for a patient."""

    def __init__(self):
        self.profile = "adult"
        self.limits = {}
        self.spo2_scale = 1
        self.age = None
        self.pregnant = False

    def change(self, content: dict):
        for name in ("profile", "spo2_scale", "age", "pregnant"):
            if name in content:
                setattr(self, name, content[name])
        for rule, own in content.get("limits", {}).items():
            self.limits[rule] = own or {}

    def rules(self) -> list[Rule]:
        """All limit rules in rule order."""
        plain = PROFILES[self.profile].rules
        return [plain_rule(rule, self.limits.get(rule.name, {})) for rule in plain]
