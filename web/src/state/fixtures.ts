/** Invented patients and messages for tests. */
import { VITAL_NAMES } from "../wire/catalogue";
import type {
  AdmissionRow,
  AdmissionSummary,
  AdmissionsMessage,
  AnomalyMessage,
  Condition,
  HeartbeatMessage,
  PatientWire,
  Score,
  SnapshotMessage,
  SystemPartition,
  SystemPicture,
  SystemWorker,
  TransitionMessage,
  VitalName,
  VitalValue,
} from "../wire/messages";

export const NOW = "2026-03-01T12:00:00.000Z";

/** A live value of one vital sign. */
export function liveValue(value: number | null): VitalValue {
  const state = value === null ? "missing" : "live";
  return { value, state, observed_at: NOW, arrived_at: NOW, source: "monitor", usual: null };
}

/** A patient in bed 1 without any value, but for what is told. */
export function patientWire(id: string, told: Partial<PatientWire> = {}): PatientWire {
  const vitals = VITAL_NAMES.map((name) => [name, liveValue(null)]);
  return {
    patient_id: id,
    ward: "ICU-1",
    bed: "1",
    admission_id: null,
    age: 60,
    gender: "F",
    condition: null,
    profile: "adult",
    spo2_scale: 1,
    limits: {},
    last_reading_at: NOW,
    clock_skew_s: 0,
    vitals: Object.fromEntries(vitals) as Record<VitalName, VitalValue>,
    inputs: {},
    conditions: [],
    scores: [],
    trend: { end: 0, means: {} },
    ...told,
  };
}

export function snapshot(patients: readonly PatientWire[], seq = 1): SnapshotMessage {
  return { type: "snapshot", seq, now: NOW, patients, beds: [{ ward: "ICU-1", bed: "1" }] };
}

export function heartbeat(told: Partial<HeartbeatMessage> = {}): HeartbeatMessage {
  const figures = {
    readings_total: 10,
    readings_per_s: 2,
    anomalous_share: 0.1,
    alarms_per_hour: 3,
    since: NOW,
  };
  return { type: "heartbeat", seq: 1, now: NOW, engine_at: NOW, problems: [], figures, ...told };
}

/** A high heart rate at its limit, of high priority, active since `NOW`. */
export function condition(told: Partial<Condition> = {}): Condition {
  return {
    rule: "heart_rate_extreme_high",
    state: "active",
    priority: "high",
    kind: "physiological",
    vital: "heart_rate",
    value: 160,
    limit: 150,
    onset: NOW,
    reason: "",
    ...told,
  };
}

export function transition(seq: number, told: Partial<TransitionMessage> = {}): TransitionMessage {
  return {
    type: "transition",
    seq,
    patient_seq: seq,
    patient_id: "PT-001",
    at: NOW,
    ...condition(),
    vital: "heart_rate",
    ...told,
  };
}

export function anomaly(seq: number, told: Partial<AnomalyMessage> = {}): AnomalyMessage {
  return {
    type: "anomaly",
    seq,
    patient_id: "PT-001",
    at: NOW,
    vital: "heart_rate",
    detector: "z_score",
    score: 4.2,
    value: 130,
    usual_mean: 80,
    usual_deviation: 12,
    ...told,
  };
}

/** A complete score of one part without points. */
export function score(name: string, told: Partial<Score> = {}): Score {
  return {
    name,
    total: 0,
    at_least: 0,
    complete: true,
    risk: null,
    parts: { heart_rate: 0 },
    ...told,
  };
}

/** An admission of low risk, but for what is told. */
export function admissionRow(id: string, told: Partial<AdmissionRow> = {}): AdmissionRow {
  return {
    patient_id: `P-${id}`,
    admission_id: `ADM-${id}`,
    timestamp: NOW,
    admission_timestamp: NOW,
    patient_name: "Ari Kestrel",
    age: 44,
    gender: "Other",
    department: "Cardiology",
    primary_diagnosis: "COPD",
    admission_type: "Urgent",
    status: "Admitted",
    insurance_provider: "Commonwell",
    heart_rate: 72,
    blood_pressure: "120/80",
    temperature_celsius: 37.2,
    oxygen_saturation: 97,
    respiratory_rate: 16,
    risk_score: 0,
    risk_level: "Low",
    attending_physician: "Dr. Ashgrove",
    hospital_location: "East 101",
    ...told,
  };
}

/** What so many admissions count. */
export function admissionSummary(admissions: number): AdmissionSummary {
  const all = [{ name: "Cardiology", count: admissions }];
  return {
    patients: admissions,
    admissions,
    high_risk_patients: 0,
    critical_oxygen: 0,
    average_age: 44,
    departments: all,
    risk_levels: [{ name: "Low", count: admissions }],
    diagnoses: all,
    admission_types: all,
    average_vitals: {
      heart_rate: 72,
      systolic_bp: 120,
      diastolic_bp: 80,
      temperature_celsius: 37.2,
      oxygen_saturation: null,
      respiratory_rate: 16,
    },
  };
}

/** The message that there are so many admissions now. */
export function admissionsMessage(admissions: number): AdmissionsMessage {
  return { type: "admissions", seq: 1, now: NOW, summary: admissionSummary(admissions) };
}

/** A partition that is saved, served by worker `a:1`. */
export function systemPartition(
  partition: number,
  told: Partial<SystemPartition> = {},
): SystemPartition {
  return {
    topic: "patient-vitals",
    partition,
    worker: "a:1:1795293220515",
    state: "saving",
    epoch: 1,
    next_offset: 100,
    lag: 0,
    patients: 10,
    rows_ahead: 0,
    heard_s: 0.2,
    ...told,
  };
}

/** A worker without any trouble. */
export function systemWorker(told: Partial<SystemWorker> = {}): SystemWorker {
  return {
    name: "a:1:1795293220515",
    topic: "patient-vitals",
    heard_s: 0.2,
    is_silent: false,
    partitions: 1,
    readings_per_s: 20,
    commits_per_s: 4.5,
    commit_ms: 12,
    commit_lag_s: 0.1,
    dead_letters: 0,
    outbox_pending: 0,
    problems: [],
    ...told,
  };
}

/** A data flow of two partitions and one worker, without any trouble. */
export function systemPicture(told: Partial<SystemPicture> = {}): SystemPicture {
  return {
    kind: "workers",
    store: "PostgreSQL",
    takes_commits: true,
    topic: "patient-vitals",
    partition_count: 2,
    partitions: [systemPartition(0), systemPartition(1)],
    workers: [systemWorker()],
    sums: {
      messages_per_s: 20,
      readings_per_s: 20,
      commits_per_s: 4.5,
      commit_ms: 12,
      commit_lag_s: 0.1,
      told_per_s: 3,
      lag: 0,
      patients: 20,
      rows_ahead: 0,
      dead_letters: 0,
      outbox_pending: 0,
    },
    problems: [],
    left_out: 0,
    server: { viewers: 2, viewers_max: 500, messages_per_s: 1.25 },
    ...told,
  };
}
