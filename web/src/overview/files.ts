/**
 * The tables of the overview as files: column names and units of the wire, exact values and times,
 * so that a file says the same whatever language and units the station has.
 */
import { tileState } from "../state/alarms";
import type { PatientState } from "../state/patients";
import type { AnomalyRow, Score, VitalName } from "../wire/messages";
import { pointsOf, scoreOf } from "./present";

const ANOMALY_COLUMNS = [
  "patient_id",
  "at",
  "vital",
  "value",
  "usual_mean",
  "usual_deviation",
  "score",
  "detector",
] as const satisfies readonly (keyof AnomalyRow)[];

/** Parts of risk A that are told beside its points. */
export const RISK_PARTS = ["spo2", "heart_rate", "z_score", "producer_flag", "forest"] as const;

const VITALS = [
  "heart_rate",
  "spo2",
  "systolic_bp",
  "diastolic_bp",
  "respiratory_rate",
  "temperature",
] as const satisfies readonly VitalName[];

const PATIENT_COLUMNS = [
  ...["patient_id", "ward", "bed", "state", "news2", "news2_complete", "risk_a", "risk_a_risk"],
  ...RISK_PARTS.map((part) => `risk_a.${part}`),
  ...VITALS,
];

/** The rows of a file of anomalies, titles first. */
export function anomalyFile(rows: readonly AnomalyRow[]): string[][] {
  const lines = rows.map((row) => ANOMALY_COLUMNS.map((name) => String(row[name])));
  return [[...ANOMALY_COLUMNS], ...lines];
}

/** The rows of a file of patients, titles first. A value that is not live is empty. */
export function patientFile(patients: readonly PatientState[]): string[][] {
  return [PATIENT_COLUMNS, ...patients.map(patientLine)];
}

function patientLine(patient: PatientState): string[] {
  const { ward, bed } = patient.about.peek();
  const news2 = scoreOf(patient, "news2");
  const risk = scoreOf(patient, "risk_a");
  const facts = [patient.id, ward, bed, tileState(patient), pointsOf(news2), news2?.complete];
  const risks = [pointsOf(risk), risk?.risk, ...RISK_PARTS.map((part) => partOf(risk, part))];
  const values = VITALS.map((name) => liveValue(patient, name));
  return [...facts, ...risks, ...values].map((fact) => String(fact ?? ""));
}

function partOf(risk: Score | undefined, part: string): number | null {
  return risk?.parts[part] ?? null;
}

/** A vital sign's value, null unless it is live. */
export function liveValue(patient: PatientState, name: VitalName): number | null {
  const { value, state } = patient.vitals[name].value;
  return state === "live" ? value : null;
}
