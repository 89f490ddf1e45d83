/** The columns of the table of records, as text. */
import { momentText } from "../format/times";
import { shown } from "../format/values";
import { serverTime } from "../state/clock";
import type { AdmissionRow } from "../wire/messages";
import { named, t } from "../words/words";

export interface Column {
  readonly name: Name;
  readonly isNumber: boolean;
  readonly text: (row: AdmissionRow) => string;
}

const TEXTS = {
  time: (row: AdmissionRow) => timeText(row),
  risk: (row: AdmissionRow) => `${row.risk_score} ${named("risk", row.risk_level)}`,
  patient: (row: AdmissionRow) => row.patient_id,
  patient_name: (row: AdmissionRow) => row.patient_name,
  age: (row: AdmissionRow) => String(row.age),
  gender: (row: AdmissionRow) => named("admissions.gender", row.gender),
  department: (row: AdmissionRow) => row.department,
  location: (row: AdmissionRow) => row.hospital_location,
  diagnosis: (row: AdmissionRow) => row.primary_diagnosis,
  type: (row: AdmissionRow) => named("admissions.type", row.admission_type),
  status: (row: AdmissionRow) => named("admissions.status", row.status),
  heart_rate: (row: AdmissionRow) => shown("heart_rate", row.heart_rate),
  blood_pressure: (row: AdmissionRow) => pressureText(row),
  temperature: (row: AdmissionRow) => shown("temperature", row.temperature_celsius),
  spo2: (row: AdmissionRow) => shown("spo2", row.oxygen_saturation),
  respiratory_rate: (row: AdmissionRow) => shown("respiratory_rate", row.respiratory_rate),
  physician: (row: AdmissionRow) => row.attending_physician,
} as const;

type Name = keyof typeof TEXTS;

const VITALS = [
  "heart_rate",
  "blood_pressure",
  "temperature",
  "spo2",
  "respiratory_rate",
] as const satisfies readonly Name[];

export const COLUMNS: readonly Column[] = (Object.keys(TEXTS) as Name[]).map((name) => ({
  name,
  isNumber: name === "age" || isVital(name),
  text: TEXTS[name],
}));

/** Follows the language. */
export function titleOf({ name }: Column): string {
  return isVital(name) ? t(`short.${name}`) : t(`admissions.column.${name}`);
}

function isVital(name: Name): name is (typeof VITALS)[number] {
  return VITALS.some((vital) => vital === name);
}

function timeText(row: AdmissionRow): string {
  return momentText(Date.parse(row.timestamp), serverTime() || Date.now());
}

/** `120/80` in the station's unit. */
function pressureText(row: AdmissionRow): string {
  const [systolic, diastolic] = row.blood_pressure.split("/").map(Number);
  return `${shown("systolic_bp", systolic ?? null)}/${shown("diastolic_bp", diastolic ?? null)}`;
}

/** A file of all columns as the server gives them; the first row holds their names. */
export function recordFile(rows: readonly AdmissionRow[]): readonly (readonly string[])[] {
  const names = Object.keys(rows[0] ?? {}) as (keyof AdmissionRow)[];
  return [names, ...rows.map((row) => names.map((name) => String(row[name])))];
}
