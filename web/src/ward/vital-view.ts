/** What a tile shows of one vital sign, as signals: made once, each changes only when its text does. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { ms } from "../format/times";
import { limitsText, NO_VALUE, shown } from "../format/values";
import { byUrgency, isAboutSignal, isEnding, isOn, lookOf } from "../state/alarms";
import { serverNow } from "../state/clock";
import type { PatientState } from "../state/patients";
import type { Condition, VitalName, VitalState } from "../wire/messages";
import { t } from "../words/words";
import { type Direction, directionOf } from "./change";

/** Ages of live values are said in steps, so that a tile of normal values writes nothing. */
const LIVE_AGE_STEP_S = 5;

export interface VitalView {
  /** The number alone, or `--`. */
  readonly text: ReadonlySignal<string>;
  readonly state: ReadonlySignal<VitalState>;
  /** Seconds since it was measured. */
  readonly ageS: ReadonlySignal<number | undefined>;
  /** How its alarm looks; undefined without one. */
  readonly look: ReadonlySignal<string | undefined>;
  readonly arrow: ReadonlySignal<string>;
  /** What the arrow means, for screen readers. */
  /** Whether that alarm is about to end. */
  readonly isEnding: ReadonlySignal<true | undefined>;
  readonly arrowText: ReadonlySignal<string>;
  readonly limits: ReadonlySignal<string>;
}

/** The view of a vital sign of a patient. */
export function vitalView(patient: PatientState, vital: VitalName): VitalView {
  const value = patient.vitals[vital];
  const state = computed(() => value.value.state);
  const alarm = computed(() => alarmOf(patient.conditions.value, vital));
  const direction = computed(() =>
    state.value === "live" ? directionOf(patient.trend.value, vital) : null,
  );
  return {
    state,
    text: computed(() => (state.value === "live" ? shown(vital, value.value.value) : NO_VALUE)),
    ageS: computed(() => ageS(ms(value.value.observed_at), state.value === "live")),
    look: computed(() => (alarm.value === undefined ? undefined : lookOf(alarm.value))),
    isEnding: computed(() => isEnding(alarm.value)),
    arrow: computed(() => arrowSign(sideOf(alarm.value) ?? direction.value)),
    arrowText: computed(() => arrowWords(sideOf(alarm.value), direction.value)),
    limits: computed(() => limitsText(vital, patient.about.value.limits[vital])),
  };
}

/** The most urgent alarm about a vital sign's value. */
function alarmOf(conditions: readonly Condition[], vital: VitalName): Condition | undefined {
  return conditions
    .filter((each) => each.vital === vital && isOn(each) && !isAboutSignal(each))
    .sort(byUrgency)[0];
}

/** On which side of its limit an alarm's value lies. */
function sideOf(alarm: Condition | undefined): Direction | null {
  if (alarm?.rule.endsWith("_high")) return "up";
  const isLow = alarm !== undefined && alarm.kind === "physiological";
  return isLow ? "down" : null;
}

function arrowSign(direction: Direction | null): string {
  if (direction === null) return "";
  return direction === "up" ? "▲" : "▼";
}

function arrowWords(side: Direction | null, direction: Direction | null): string {
  if (side !== null) return t(side === "up" ? "ward.above_limit" : "ward.below_limit");
  if (direction === null) return "";
  return t(direction === "up" ? "ward.rising" : "ward.falling");
}

function ageS(observedAt: number | null, isLive: boolean): number | undefined {
  if (observedAt === null || serverNow.value === 0) return undefined;
  const seconds = Math.max(0, Math.floor((serverNow.value - observedAt) / 1000));
  return isLive ? seconds - (seconds % LIVE_AGE_STEP_S) : seconds;
}
