/**
 * Readings out of the live feed. The feed brings the newest value of each vital sign; those that
 * came together, from one source at one time, were one reading. So nothing is asked for again.
 */
import { VITAL_NAMES } from "../../wire/catalogue";
import type { ReadingRow, ScoreInput, Time, VitalName, VitalValue } from "../../wire/messages";

/** Rows on screen. */
export const READINGS_MAX = 20;

/** What a row needs of a reading. */
export type ShownReading = Pick<
  ReadingRow,
  "timestamp" | "source" | "on_oxygen" | "consciousness" | "marks" | "late" | VitalName
>;

/** What the feed says of a patient at one moment. */
export interface Picture {
  readonly vitals: Readonly<Record<VitalName, VitalValue>>;
  readonly inputs: Readonly<Record<string, ScoreInput>>;
}

const CHARTED = ["on_oxygen", "consciousness"] as const;

const NOTHING: Omit<ShownReading, "timestamp" | "source"> = {
  heart_rate: null,
  pulse_rate: null,
  respiratory_rate: null,
  spo2: null,
  systolic_bp: null,
  diastolic_bp: null,
  mean_bp: null,
  temperature: null,
  on_oxygen: null,
  consciousness: null,
  marks: null,
  late: null,
};

/** The readings that make the difference between two pictures of a patient, newest first. */
export function readingsBetween(before: Picture, after: Picture): ShownReading[] {
  const readings = new Map<string, ShownReading>();
  for (const vital of VITAL_NAMES) {
    const { value, observed_at, source } = after.vitals[vital];
    if (observed_at === null || !isNew(before.vitals[vital], after.vitals[vital])) continue;
    const start = { ...NOTHING, timestamp: observed_at, source: source ?? "" };
    const key = keyOf(start);
    readings.set(key, { ...(readings.get(key) ?? start), [vital]: value });
  }
  for (const name of CHARTED) addCharted(readings, name, before.inputs[name], after.inputs[name]);
  return [...readings.values()].sort(newestFirst);
}

/** Consciousness and oxygen tell no source: they belong to what was observed at the same time. */
function addCharted(
  readings: Map<string, ShownReading>,
  name: (typeof CHARTED)[number],
  before: ScoreInput | undefined,
  after: ScoreInput | undefined,
): void {
  if (after === undefined || after.at === before?.at) return;
  const start = { ...NOTHING, timestamp: after.at, source: "" };
  const atOnce = [...readings.values()].find((row) => row.timestamp === after.at) ?? start;
  readings.set(keyOf(atOnce), { ...atOnce, [name]: after.value });
}

/** Two lists as one, newest first, each reading once; of two alike the stored one says more. */
export function merged(
  live: readonly ShownReading[],
  stored: readonly ShownReading[],
): readonly ShownReading[] {
  const byKey = new Map<string, ShownReading>();
  for (const reading of live) {
    const known = byKey.get(keyOf(reading));
    byKey.set(keyOf(reading), known === undefined ? reading : joined(known, reading));
  }
  for (const reading of stored) byKey.set(keyOf(reading), reading);
  return [...byKey.values()].sort(newestFirst).slice(0, READINGS_MAX);
}

/** One reading whose values came in two messages. */
function joined(a: ShownReading, b: ShownReading): ShownReading {
  const known = Object.entries(b).filter(([, value]) => value !== null);
  return { ...a, ...Object.fromEntries(known) };
}

function isNew(before: VitalValue, after: VitalValue): boolean {
  return before.observed_at !== after.observed_at || before.arrived_at !== after.arrived_at;
}

export function keyOf({ timestamp, source }: { timestamp: Time; source: string | null }): string {
  return `${Date.parse(timestamp)} ${source ?? ""}`;
}

function newestFirst(a: ShownReading, b: ShownReading): number {
  return Date.parse(b.timestamp) - Date.parse(a.timestamp);
}
