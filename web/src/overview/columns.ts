/** The columns of the table of patients: what a cell says, and what it is sorted by. */

import { conditionText } from "../format/conditions";
import { NO_VALUE, shown, unitOf } from "../format/values";
import { lookOf, onConditions, tileState } from "../state/alarms";
import type { PatientState } from "../state/patients";
import type { VitalName } from "../wire/messages";
import { type Key, named, t } from "../words/words";
import { liveValue, RISK_PARTS } from "./files";
import { pointsOf, scoreOf, totalText } from "./present";

/** What rows are sorted by; null goes last in either direction. */
export type SortValue = number | string | null;

export interface Column {
  readonly name: string;
  readonly title: () => string;
  /** What the cell shows. Follows the patient. */
  readonly text: (patient: PatientState) => string;
  readonly sortValue: (patient: PatientState) => SortValue;
  readonly isNumber: boolean;
}

export const COLUMNS: readonly Column[] = [
  word("ward", (patient) => patient.about.value.ward ?? ""),
  word("bed", (patient) => patient.about.value.bed ?? ""),
  word("patient", (patient) => patient.id),
  points("news2", "news2"),
  points("risk_a", "risk_a"),
  {
    name: "band",
    title: () => t("overview.column.band"),
    text: (patient) => bandText(patient),
    sortValue: (patient) => pointsOf(scoreOf(patient, "risk_a")),
    isNumber: false,
  },
  ...RISK_PARTS.map(part),
  vital("heart_rate"),
  vital("spo2"),
  bloodPressure(),
  vital("respiratory_rate"),
  vital("temperature"),
  {
    name: "state",
    title: () => t("overview.column.state"),
    text: stateText,
    sortValue: (patient) => STATE_RANKS.indexOf(tileState(patient)),
    isNumber: false,
  },
];

const STATE_RANKS: readonly string[] = ["alarm", "no-signal", "stale", "normal"];

function word(name: "ward" | "bed" | "patient", text: (patient: PatientState) => string): Column {
  const title = (): string => t(`overview.column.${name}`);
  return { name, title, text, sortValue: (patient) => text(patient) || null, isNumber: false };
}

function points(name: "news2" | "risk_a", score: string): Column {
  return {
    name,
    title: () => t(`overview.column.${name}`),
    text: (patient) => totalText(scoreOf(patient, score)),
    sortValue: (patient) => pointsOf(scoreOf(patient, score)),
    isNumber: true,
  };
}

/** The band of risk A in words; `--` while it has none. */
export function bandText(patient: PatientState): string {
  const risk = scoreOf(patient, "risk_a")?.risk ?? null;
  return risk === null ? NO_VALUE : named("risk", risk);
}

/** One part of risk A. */
function part(name: (typeof RISK_PARTS)[number]): Column {
  const value = (patient: PatientState): number | null =>
    scoreOf(patient, "risk_a")?.parts[name] ?? null;
  return {
    name: `risk_a.${name}`,
    title: () => t(`overview.part.${name}`),
    text: (patient) => String(value(patient) ?? NO_VALUE),
    sortValue: value,
    isNumber: true,
  };
}

function vital(name: VitalName): Column {
  return {
    name,
    title: () => `${t(`short.${name}` as Key)} ${unitOf(name)}`,
    text: (patient) => liveText(patient, name),
    sortValue: (patient) => liveValue(patient, name),
    isNumber: true,
  };
}

function bloodPressure(): Column {
  return {
    name: "blood_pressure",
    title: () => `${t("short.blood_pressure")} ${unitOf("systolic_bp")}`,
    text: (patient) => `${liveText(patient, "systolic_bp")}/${liveText(patient, "diastolic_bp")}`,
    sortValue: (patient) => liveValue(patient, "systolic_bp"),
    isNumber: true,
  };
}

/** Only what is live is shown as a value. */
function liveText(patient: PatientState, name: VitalName): string {
  return shown(name, liveValue(patient, name));
}

function stateText(patient: PatientState): string {
  const state = tileState(patient);
  const [worst] = onConditions(patient.conditions.value);
  if (state !== "alarm" || worst === undefined) return t(`overview.state.${state}`);
  const look = lookOf(worst);
  const mark = look === "technical" ? t("overview.state.technical") : t(`mark.${look}`);
  return `${mark} ${conditionText(worst)}`;
}
