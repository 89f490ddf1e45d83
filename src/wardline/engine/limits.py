"""Limit rules: the one place that moves a rule between its states.

    state      breach             within           cleared             time        vital stale
    normal     pending | active   -                -                   -           -
    pending    -                  normal           normal              active      normal
    active     -                  -                clearing | normal   -           unknown
    clearing   active             active           -                   normal      unknown
    unknown    active             active           clearing | normal   -           -

A delay or clear time of 0 skips pending or clearing. docs/concepts/semantics.md, section 6.
"""

from typing import Any

from wardline.engine.causes import (
    AGAIN,
    BREACHED,
    CLEARED,
    HELD,
    INSIDE,
    RETURNED,
    SWITCHED_OFF,
    WENT_STALE,
)  # fmt: skip
from wardline.engine.compiled import compiled, table
from wardline.engine.output import emit_transition
from wardline.engine.state import FAR, Patient, Policy, VitalState, Work
from wardline.model.findings import NO_TIME
from wardline.model.policy import PROFILES, RULES_OF_VITAL, ConditionState
from wardline.model.vitals import MISSING

NORMAL = int(ConditionState.NORMAL)
PENDING = int(ConditionState.PENDING)
ACTIVE = int(ConditionState.ACTIVE)
CLEARING = int(ConditionState.CLEARING)
UNKNOWN = int(ConditionState.UNKNOWN)

# The rules of a vital sign stand together in rule order: first[v] <= rule < last[v].
FIRST_RULE = table(min(rules, default=0) for rules in RULES_OF_VITAL)
LAST_RULE = table(max(rules, default=-1) + 1 for rules in RULES_OF_VITAL)
VITAL_OF_RULE = table(rule.vital for rule in PROFILES["adult"].rules)

WITHIN, INSIDE_LIMIT, BREACH = range(3)


@compiled
def change_rule(
    patient: Patient, policy: Policy, work: Work, rule: int, at: int, new: int, cause: int, due: int
) -> None:
    """Move a rule to another state, set or stop its timer, and say so."""
    timers = patient.rules[rule]
    old = patient.rule_states[rule]
    held: VitalState = patient.vitals[VITAL_OF_RULE[rule]]
    if old == NORMAL:
        held.busy += 1
    if new == NORMAL:
        held.busy -= 1
    if new == ACTIVE and old <= PENDING:
        timers.onset = at
    timers.due = due
    patient.next_due = min(patient.next_due, due)
    setting = policy.rules[rule]
    detail = 0 if due == FAR else due - at
    emit_transition(
        patient, work, rule, at, new, timers.onset, cause, held.held, setting.limit,
        setting.priority, detail,
    )  # fmt: skip
    if new == NORMAL:
        timers.onset = NO_TIME
    patient.rule_states[rule] = new


@compiled
def compare(policy: Policy, rule: int, value: int) -> int:
    """BREACH, INSIDE_LIMIT (by the hysteresis or more) or WITHIN (in between)."""
    setting = policy.rules[rule]
    beyond = value - setting.limit if setting.is_high else setting.limit - value
    if beyond > 0:
        return BREACH
    return INSIDE_LIMIT if -beyond >= setting.hysteresis else WITHIN


@compiled
def judge_rule(patient: Patient, policy: Policy, work: Work, rule: int, at: int) -> None:
    """Judge the held value of the rule's vital sign at time `at`."""
    now = patient.rule_states[rule]
    held: VitalState = patient.vitals[VITAL_OF_RULE[rule]]
    setting = policy.rules[rule]
    found = compare(policy, rule, held.held)
    if now == NORMAL and found == BREACH:
        delay = setting.arterial_delay if held.arterial else setting.delay
        if delay == 0:
            change_rule(patient, policy, work, rule, at, ACTIVE, BREACHED, FAR)
        else:
            change_rule(patient, policy, work, rule, at, PENDING, BREACHED, at + delay)
    elif now == PENDING and found != BREACH:
        change_rule(patient, policy, work, rule, at, NORMAL, RETURNED, FAR)
    elif now >= CLEARING and found != INSIDE_LIMIT:
        change_rule(patient, policy, work, rule, at, ACTIVE, AGAIN, FAR)
    elif (now == ACTIVE or now == UNKNOWN) and found == INSIDE_LIMIT:
        if setting.clear == 0:
            change_rule(patient, policy, work, rule, at, NORMAL, INSIDE, FAR)
        else:
            change_rule(patient, policy, work, rule, at, CLEARING, INSIDE, at + setting.clear)


@compiled
def judge_rules(patient: Patient, policy: Policy, work: Work, vital: int, at: int) -> None:
    """Judge the held value by every rule of its vital sign that is on."""
    held: VitalState = patient.vitals[vital]
    if held.busy == 0 and policy.quiet[vital, 0] <= held.held <= policy.quiet[vital, 1]:
        return
    for rule in range(FIRST_RULE[vital], LAST_RULE[vital]):
        if policy.rules[rule].is_on:
            judge_rule(patient, policy, work, rule, at)


@compiled
def rule_timer(patient: Patient, policy: Policy, work: Work, rule: int, due: int) -> None:
    """The delay or the clear time of a rule is over."""
    if patient.rule_states[rule] == PENDING:
        change_rule(patient, policy, work, rule, due, ACTIVE, HELD, FAR)
    else:
        change_rule(patient, policy, work, rule, due, NORMAL, CLEARED, FAR)


@compiled
def rules_go_stale(patient: Patient, policy: Policy, work: Work, vital: int, at: int) -> None:
    """The vital sign of these rules went stale."""
    for rule in range(FIRST_RULE[vital], LAST_RULE[vital]):
        now = patient.rule_states[rule]
        if now == PENDING:
            change_rule(patient, policy, work, rule, at, NORMAL, WENT_STALE, FAR)
        elif now == ACTIVE or now == CLEARING:
            change_rule(patient, policy, work, rule, at, UNKNOWN, WENT_STALE, FAR)


@compiled
def end_rule(patient: Patient, policy: Policy, work: Work, rule: int, at: int, cause: int) -> None:
    """Back to normal from wherever the rule stands."""
    if patient.rule_states[rule] != NORMAL:
        change_rule(patient, policy, work, rule, at, NORMAL, cause, FAR)


@compiled
def follow_new_policy(patient: Patient, before: Policy, after: Policy, work: Work, at: int) -> None:
    """Another policy is in force: rules that differ are ended or judged on the held value."""
    for rule in range(len(VITAL_OF_RULE)):
        if before.rules[rule].is_on and not after.rules[rule].is_on:
            end_rule(patient, before, work, rule, at, SWITCHED_OFF)
    for rule in range(len(VITAL_OF_RULE)):
        held: VitalState = patient.vitals[VITAL_OF_RULE[rule]]
        changed = differs(before.rules[rule], after.rules[rule])
        if after.rules[rule].is_on and changed and can_be_judged(held):
            judge_rule(patient, after, work, rule, at)


@compiled
def differs(before: Any, after: Any) -> bool:
    """Whether a rule's setting decides differently."""
    return (
        before.is_on != after.is_on
        or before.limit != after.limit
        or before.hysteresis != after.hysteresis
    )


@compiled
def can_be_judged(held: VitalState) -> bool:
    """Whether there is a value that limits may be judged on."""
    return held.held != MISSING and held.stale_onset == NO_TIME
