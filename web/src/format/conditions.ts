/** What a condition is, in the station's language and units: short for tiles, whole for reading. */

import type { Condition, VitalValue } from "../wire/messages";
import { type Key, t } from "../words/words";
import { shown, unitOf } from "./values";

/** Short: `HR 154 > 150`; `HR 148, was > 150` once the value is inside the limit again. */
export function conditionText(condition: Condition): string {
  return texts("condition", "short", condition);
}

/** Whole: `Heart rate 154 /min is above the limit of 150 /min.` and what state it is in. */
export function conditionSentence(condition: Condition): string {
  const what = texts("sentence", "vital", condition);
  if (condition.state === "active") return what;
  return `${what} ${t(`sentence.${condition.state}`)}`;
}

/** `usually 78-92`, or nothing while too little was learnt. */
export function usuallyText(condition: Condition, value: VitalValue | undefined): string {
  const usual = value?.usual;
  if (condition.vital === "" || condition.kind === "technical" || !usual) return "";
  const [low, high] = usual;
  return t("condition.usually", {
    low: shown(condition.vital, low),
    high: shown(condition.vital, high),
  });
}

/** Whether the value no longer breaks the limit, though the alarm has not ended yet. */
function isInside({ rule, vital, value, limit }: Condition): boolean {
  if (vital === "" || value === null || limit === null) return false;
  return (rule.endsWith("_high") && value <= limit) || (rule.endsWith("_low") && value >= limit);
}

type Family =
  | "rule_high"
  | "rule_low"
  | "was_high"
  | "was_low"
  | "check"
  | "check_value"
  | "stale"
  | "no_signal"
  | "data_late";

function texts(
  kind: "condition" | "sentence",
  names: "short" | "vital",
  condition: Condition,
): string {
  const key: Key = `${kind}.${familyOf(condition)}`;
  const { vital, value, limit } = condition;
  if (vital === "") return t(key);
  const unit = kind === "sentence" ? withUnit(unitOf(vital)) : "";
  return t(key, {
    vital: t(`${names}.${vital}`),
    value: value === null ? "" : `${shown(vital, value)}${unit}`,
    limit: limit === null ? "" : `${shown(vital, limit)}${unit}`,
  });
}

function familyOf(condition: Condition): Family {
  const { rule, value } = condition;
  if (rule === "no_signal" || rule === "data_late") return rule;
  if (rule.startsWith("check_")) return value === null ? "check" : "check_value";
  if (rule.endsWith("_stale")) return "stale";
  const side = rule.endsWith("_high") ? "high" : "low";
  return isInside(condition) ? `was_${side}` : `rule_${side}`;
}

function withUnit(unit: string): string {
  return unit.startsWith("/") ? unit : ` ${unit}`;
}
