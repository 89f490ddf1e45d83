/** What a tile says in words: its name, and the most urgent condition in one line. */

import { conditionText, usuallyText } from "../format/conditions";
import { clockText, ms, stopwatch } from "../format/times";
import { byUrgency, listedConditions } from "../state/alarms";
import type { PatientState } from "../state/patients";
import type { Condition } from "../wire/messages";
import { t } from "../words/words";
import { type Place, stateOf } from "./places";

const NO_SIGNAL = "no_signal";

/** What is on, most urgent first. */
export function urgentConditions(patient: PatientState): readonly Condition[] {
  return [...listedConditions(patient)].sort(byUrgency);
}

/** `***` for alarms about the patient; technical ones are told apart by having no mark. */
export function markText(condition: Condition): string {
  return condition.kind === "technical" ? "" : t(`mark.${condition.priority}`);
}

/** How long a condition has been on (`00:42`), or since when there is no signal. */
export function sinceText(condition: Condition, nowMs: number): string {
  const onset = ms(condition.onset);
  if (onset === null || nowMs === 0) return "";
  if (condition.rule === NO_SIGNAL) return t("condition.since", { time: clockText(onset) });
  return `· ${stopwatch(nowMs - onset)}`;
}

/** What a patient usually has in the vital sign of a condition: `· usually 78-92`. */
export function usualText(condition: Condition, patient: PatientState): string {
  const value = condition.vital === "" ? undefined : patient.vitals[condition.vital].value;
  const text = usuallyText(condition, value);
  return text === "" ? "" : `· ${text}`;
}

/** `Bed 12`, or that there is none. */
export function bedText(bed: string | null): string {
  return bed === null ? t("ward.no_bed") : t("ward.bed", { bed });
}

/** The name of a tile for screen readers: who, where, and what is wrong. */
export function tileName(place: Place): string {
  const bed = bedText(place.bed);
  if (place.patient === null) return t("ward.name_empty", { bed });
  const id = place.patient.id;
  const [worst] = urgentConditions(place.patient);
  const what = worst === undefined ? stateText(place.patient) : worstText(worst);
  return t("ward.name_patient", { bed, patient: id, state: what });
}

function worstText(condition: Condition): string {
  const text = conditionText(condition);
  if (condition.kind === "technical") return text;
  return t("ward.name_alarm", { text, priority: t(`priority.${condition.priority}`) });
}

function stateText(patient: PatientState): string {
  return stateOf(patient).value === "no-signal" ? t("ward.no_signal_yet") : t("ward.state.normal");
}
