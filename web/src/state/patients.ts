/**
 * The newest picture of every patient, one signal a member. Screens read signals; a number on
 * screen is a signal written straight into its text node, so a new value renders no component.
 */
import { batch, type Signal, signal } from "@preact/signals";
import { VITAL_NAMES } from "../wire/catalogue";
import type {
  About,
  Bed,
  Condition,
  PatientPatch,
  PatientWire,
  Score,
  ScoreInput,
  SnapshotMessage,
  Time,
  Trend,
  ValuesMessage,
  VitalName,
  VitalValue,
} from "../wire/messages";

/** Everything a screen shows of one patient. */
export interface PatientState {
  readonly id: string;
  readonly about: Signal<About>;
  readonly vitals: Readonly<Record<VitalName, Signal<VitalValue>>>;
  readonly conditions: Signal<readonly Condition[]>;
  readonly scores: Signal<readonly Score[]>;
  readonly inputs: Signal<Readonly<Record<string, ScoreInput>>>;
  readonly trend: Signal<Trend>;
  readonly lastReadingAt: Signal<Time | null>;
  readonly clockSkewS: Signal<number | null>;
}

/** All patients by id; a new map only when patients come or go. */
export const patients = signal<ReadonlyMap<string, PatientState>>(new Map());

/** Every bed the server knows of, empty ones included. */
export const beds = signal<readonly Bed[]>([]);

/** False until the first snapshot. */
export const hasSnapshot = signal(false);

const NOTHING: VitalValue = {
  value: null,
  state: "missing",
  observed_at: null,
  arrived_at: null,
  source: null,
  usual: null,
};
const UNKNOWN: About = {
  ward: null,
  bed: null,
  admission_id: null,
  age: null,
  gender: null,
  condition: null,
  profile: "adult",
  spo2_scale: 1,
  limits: {},
};
const ABOUT_MEMBERS = Object.keys(UNKNOWN) as (keyof About)[];

/** Take a whole picture; who is not in it is no longer there. */
export function takeSnapshot(message: SnapshotMessage): void {
  batch(() => {
    const before = patients.peek();
    const after = new Map<string, PatientState>();
    for (const wire of message.patients) {
      const patient = before.get(wire.patient_id) ?? unknownPatient(wire.patient_id);
      patch(patient, wire, true);
      after.set(patient.id, patient);
    }
    if (!sameKeys(before, after)) patients.value = after;
    beds.value = message.beds;
    hasSnapshot.value = true;
  });
}

/** Take what has changed. */
export function takeValues(message: ValuesMessage): void {
  batch(() => {
    let after: Map<string, PatientState> | null = null;
    for (const wire of message.patients) {
      let patient = patients.peek().get(wire.patient_id) ?? after?.get(wire.patient_id);
      if (patient === undefined) {
        patient = unknownPatient(wire.patient_id);
        after ??= new Map(patients.peek());
        after.set(patient.id, patient);
      }
      patch(patient, wire, false);
    }
    if (after !== null) patients.value = after;
    if (message.beds !== undefined) beds.value = message.beds;
  });
}

function unknownPatient(id: string): PatientState {
  const vitals = VITAL_NAMES.map((name) => [name, signal(NOTHING)]);
  return {
    id,
    about: signal(UNKNOWN),
    vitals: Object.fromEntries(vitals) as Record<VitalName, Signal<VitalValue>>,
    conditions: signal([]),
    scores: signal([]),
    inputs: signal({}),
    trend: signal({ end: 0, means: {} }),
    lastReadingAt: signal(null),
    clockSkewS: signal(null),
  };
}

function patch(patient: PatientState, wire: PatientPatch | PatientWire, isWhole: boolean): void {
  if (ABOUT_MEMBERS.some((member) => wire[member] !== undefined)) {
    patient.about.value = withChanges(patient.about.peek(), wire);
  }
  for (const [name, value] of Object.entries(wire.vitals ?? {})) {
    const known = patient.vitals[name as VitalName];
    if (known !== undefined) known.value = value;
  }
  if (wire.conditions !== undefined) patient.conditions.value = wire.conditions;
  if (wire.scores !== undefined) {
    patient.scores.value = mergedScores(isWhole ? [] : patient.scores.peek(), wire.scores);
  }
  if (wire.inputs !== undefined) {
    patient.inputs.value = mergedInputs(isWhole ? {} : patient.inputs.peek(), wire.inputs);
  }
  if (wire.trend !== undefined) patient.trend.value = wire.trend;
  if (wire.last_reading_at !== undefined) patient.lastReadingAt.value = wire.last_reading_at;
  if (wire.clock_skew_s !== undefined) patient.clockSkewS.value = wire.clock_skew_s;
}

/** Scores by name, the changed ones in place of those before; one without parts is gone. */
function mergedScores(before: readonly Score[], changed: readonly Score[]): readonly Score[] {
  const byName = new Map([...before, ...changed].map((score) => [score.name, score]));
  return [...byName.values()].filter((score) => Object.keys(score.parts).length > 0);
}

function mergedInputs(
  before: Readonly<Record<string, ScoreInput>>,
  changed: Readonly<Record<string, ScoreInput | null>>,
): Readonly<Record<string, ScoreInput>> {
  const merged = Object.entries({ ...before, ...changed });
  return Object.fromEntries(
    merged.filter((entry): entry is [string, ScoreInput] => entry[1] !== null),
  );
}

function withChanges(about: About, wire: PatientPatch | PatientWire): About {
  const changed = ABOUT_MEMBERS.filter((member) => wire[member] !== undefined);
  return { ...about, ...Object.fromEntries(changed.map((member) => [member, wire[member]])) };
}

function sameKeys(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  return a.size === b.size && [...a.keys()].every((key) => b.has(key));
}
