/** Which conditions are alarms, which of them is worst, and what a tile's state is. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Condition, Priority } from "../wire/messages";
import { type PatientState, patients } from "./patients";

export type TileState = "normal" | "alarm" | "stale" | "no-signal" | "empty";

/** One alarm of one patient, for lists over the whole ward. */
export interface WardAlarm {
  readonly patient: PatientState;
  readonly condition: Condition;
}

const RANKS: Readonly<Record<Priority, number>> = { high: 2, medium: 1, low: 0 };
const NO_SIGNAL = "no_signal";
const STALE = "_stale";
/** Conditions that say, by rule, what others of the same sensor would say again. */
const SAME_SENSOR: ReadonlyMap<string, readonly string[]> = new Map([
  ["systolic_bp_stale", ["diastolic_bp_stale", "mean_bp_stale"]],
  ["spo2_stale", ["pulse_rate_stale"]],
]);

/** Whether a condition is on: pending is not yet; unknown was one when last measured, so it stays. */
export function isOn(condition: Condition): boolean {
  return condition.state !== "pending";
}

/** A missing or old signal, as opposed to an alarm about the patient or the sensor's value. */
export function isAboutSignal(condition: Condition): boolean {
  return condition.rule === NO_SIGNAL || condition.rule.endsWith(STALE);
}

/** Whether the value is inside its limit again, and the alarm about to end; undefined where not. */
export function isEnding(condition: Condition | undefined): true | undefined {
  return condition?.state === "clearing" ? true : undefined;
}

/** Physiological alarms in their priority's colour; technical ones all look technical. */
export function lookOf(condition: Condition): "high" | "medium" | "low" | "technical" {
  return condition.kind === "technical" ? "technical" : condition.priority;
}

/** Patient before technical, what lasts before what is ending, higher before lower priority, then the
 * one that began earlier first. */
export function byUrgency(a: Condition, b: Condition): number {
  return (
    Number(a.kind === "technical") - Number(b.kind === "technical") ||
    Number(isEnding(a) ?? false) - Number(isEnding(b) ?? false) ||
    RANKS[b.priority] - RANKS[a.priority] ||
    onsetMs(a) - onsetMs(b)
  );
}

/** The conditions that are on, most urgent first. */
export function onConditions(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.filter(isOn).sort(byUrgency);
}

/** A tile's state: alarm before no signal before stale. */
export function tileState(patient: PatientState): TileState {
  const on = patient.conditions.value.filter(isOn);
  if (on.some((condition) => !isAboutSignal(condition))) return "alarm";
  if (patient.lastReadingAt.value === null) return "no-signal";
  if (on.some((condition) => condition.rule === NO_SIGNAL)) return "no-signal";
  return on.length > 0 ? "stale" : "normal";
}

/** Whether a patient is still here: discharged ones have neither bed nor readings. */
export function isPresent(patient: PatientState): boolean {
  return patient.about.value.bed !== null || patient.lastReadingAt.value !== null;
}

/** Every alarm of the ward, most urgent first. Of a patient without signal only that is listed. */
export const wardAlarms: ReadonlySignal<readonly WardAlarm[]> = computed(() => {
  const all: WardAlarm[] = [];
  for (const patient of patients.value.values()) {
    for (const condition of listedConditions(patient)) all.push({ patient, condition });
  }
  return all.sort((a, b) => byUrgency(a.condition, b.condition));
});

/**
 * What is on, unsorted, without what another line says already: without a signal every vital sign
 * gets stale, and a sensor that does not measure leaves everything stale that it measured.
 */
export function listedConditions(patient: PatientState): readonly Condition[] {
  const on = patient.conditions.value.filter(isOn);
  const rules = new Set(on.map((condition) => condition.rule));
  if (rules.has(NO_SIGNAL)) return on.filter((condition) => !condition.rule.endsWith(STALE));
  const said = new Set([...rules].flatMap((rule) => SAME_SENSOR.get(rule) ?? []));
  return on.filter((condition) => !said.has(condition.rule));
}

function onsetMs(condition: Condition): number {
  return condition.onset === null ? 0 : Date.parse(condition.onset);
}
