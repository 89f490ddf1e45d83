/**
 * What travels between Wardline and the console, as `docs/reference/live.md` and
 * `docs/reference/http.md` describe it. This is the only place that knows it;
 * `tests/console/test_wire.py` holds it against what the server really sends.
 *
 * Times are RFC 3339 texts, values plain numbers in the vital sign's unit.
 */

export type VitalName =
  | "heart_rate"
  | "pulse_rate"
  | "respiratory_rate"
  | "spo2"
  | "systolic_bp"
  | "diastolic_bp"
  | "mean_bp"
  | "temperature";

export type VitalState = "live" | "stale" | "missing";
export type ConditionState = "pending" | "active" | "clearing" | "unknown";
export type Priority = "low" | "medium" | "high";
export type Kind = "physiological" | "technical";
export type Time = string;
/** Low and high, either of them null when it is switched off. */
export type Range = readonly [number | null, number | null];

export interface VitalValue {
  readonly value: number | null;
  readonly state: VitalState;
  readonly observed_at: Time | null;
  readonly arrived_at: Time | null;
  readonly source: string | null;
  readonly usual: readonly [number, number] | null;
}

export interface Condition {
  readonly rule: string;
  readonly state: ConditionState;
  readonly priority: Priority;
  readonly kind: Kind;
  /** Empty where the condition is about no single vital sign. */
  readonly vital: VitalName | "";
  readonly value: number | null;
  readonly limit: number | null;
  readonly onset: Time | null;
  readonly reason: string;
}

export interface Score {
  readonly name: string;
  readonly total: number | null;
  readonly at_least: number | null;
  readonly complete: boolean;
  readonly risk: string | null;
  /** Points per part (inputs for ratios); null where the part is missing. */
  readonly parts: Readonly<Record<string, number | null>>;
}

export interface ScoreInput {
  readonly value: number | string | boolean;
  readonly at: Time;
}

export interface Trend {
  /** Start of the newest finished minute, epoch ms. */
  readonly end: number;
  readonly means: Readonly<Partial<Record<VitalName, readonly (number | null)[]>>>;
}

/** Who a patient is and where; null where unknown. */
export interface About {
  readonly ward: string | null;
  readonly bed: string | null;
  readonly admission_id: string | null;
  readonly age: number | null;
  readonly gender: string | null;
  readonly condition: string | null;
  readonly profile: string;
  readonly spo2_scale: 1 | 2;
  readonly limits: Readonly<Partial<Record<VitalName, Range>>>;
}

export interface PatientWire extends About {
  readonly patient_id: string;
  readonly last_reading_at: Time | null;
  readonly clock_skew_s: number | null;
  readonly vitals: Readonly<Record<VitalName, VitalValue>>;
  readonly inputs: Readonly<Record<string, ScoreInput>>;
  readonly conditions: readonly Condition[];
  readonly scores: readonly Score[];
  readonly trend: Trend;
}

/**
 * Only what changed; inside `vitals`, `inputs` and `scores` only the entries that changed. An input
 * that went is null, a score that went has no parts.
 */
export type PatientPatch = { readonly patient_id: string } & Partial<
  Omit<PatientWire, "patient_id" | "vitals" | "inputs">
> & {
    readonly vitals?: Readonly<Partial<Record<VitalName, VitalValue>>>;
    readonly inputs?: Readonly<Record<string, ScoreInput | null>>;
  };

export interface Bed {
  readonly ward: string;
  readonly bed: string;
}

export interface SnapshotMessage {
  readonly type: "snapshot";
  readonly seq: number;
  readonly now: Time;
  readonly patients: readonly PatientWire[];
  readonly beds: readonly Bed[];
}

export interface ValuesMessage {
  readonly type: "values";
  readonly seq: number;
  readonly now: Time;
  readonly patients: readonly PatientPatch[];
  readonly beds?: readonly Bed[];
}

export interface TransitionRow {
  readonly patient_id: string;
  readonly at: Time;
  readonly rule: string;
  readonly state: ConditionState | "normal";
  readonly priority: Priority;
  readonly kind: Kind;
  readonly vital: VitalName | null;
  readonly value: number | null;
  readonly limit: number | null;
  readonly reason: string;
  readonly onset: Time | null;
}

export interface ScoreRow {
  readonly patient_id: string;
  readonly at: Time;
  readonly name: string;
  readonly version: string;
  readonly total: number | null;
  readonly at_least: number | null;
  readonly complete: boolean;
  readonly risk: string | null;
  readonly parts: Readonly<Record<string, number | null>>;
}

export interface WindowRow {
  readonly patient_id: string;
  readonly window_start: Time;
  readonly width_s: number;
  readonly vital: VitalName;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly revision: number;
}

export interface AnomalyRow {
  readonly patient_id: string;
  readonly at: Time;
  readonly vital: VitalName;
  readonly detector: string;
  readonly score: number;
  readonly value: number;
  readonly usual_mean: number;
  readonly usual_deviation: number;
}

interface Found {
  readonly seq: number;
  readonly replayed?: boolean;
}

export type TransitionMessage = {
  readonly type: "transition";
  readonly patient_seq: number;
} & Found &
  TransitionRow;
export type ScoreMessage = { readonly type: "score" } & Found & ScoreRow;
export type WindowMessage = { readonly type: "window" } & Found & WindowRow;
export type AnomalyMessage = { readonly type: "anomaly" } & Found & AnomalyRow;

export type RiskLevel = "Low" | "Medium" | "High";

/** One admission: a row of `GET /api/v1/admissions`, columns as system B names them. */
export interface AdmissionRow {
  readonly patient_id: string;
  readonly admission_id: string;
  readonly timestamp: Time;
  readonly admission_timestamp: Time;
  readonly patient_name: string;
  readonly age: number;
  readonly gender: string;
  readonly department: string;
  readonly primary_diagnosis: string;
  readonly admission_type: string;
  readonly status: string;
  readonly insurance_provider: string;
  readonly heart_rate: number;
  /** "systolic/diastolic" in mmHg. */
  readonly blood_pressure: string;
  readonly temperature_celsius: number;
  readonly oxygen_saturation: number;
  readonly respiratory_rate: number;
  readonly risk_score: number;
  readonly risk_level: RiskLevel;
  readonly attending_physician: string;
  readonly hospital_location: string;
}

/** How many admissions have one value of a column. */
export interface NameCount {
  readonly name: string;
  readonly count: number;
}

export type AveragedName =
  | "heart_rate"
  | "systolic_bp"
  | "diastolic_bp"
  | "temperature_celsius"
  | "oxygen_saturation"
  | "respiratory_rate";

/** What all admissions count; means are null without any. */
export interface AdmissionSummary {
  readonly patients: number;
  readonly admissions: number;
  readonly high_risk_patients: number;
  readonly critical_oxygen: number;
  readonly average_age: number | null;
  readonly departments: readonly NameCount[];
  readonly risk_levels: readonly NameCount[];
  readonly diagnoses: readonly NameCount[];
  readonly admission_types: readonly NameCount[];
  readonly average_vitals: Readonly<Record<AveragedName, number | null>>;
}

/** There are new admissions; at most once a second. */
export interface AdmissionsMessage {
  readonly type: "admissions";
  readonly seq: number;
  readonly now: Time;
  readonly summary: AdmissionSummary;
}

/** One partition; of an embedded engine its queue, and `lag` are the rows that wait. */
export interface SystemPartition {
  readonly topic: string;
  readonly partition: number;
  readonly worker: string | null;
  /** `saving` when all is well; else one of the server's words or of the worker's. */
  readonly state: string;
  readonly epoch: number;
  readonly next_offset: number | null;
  readonly lag: number | null;
  readonly patients: number;
  readonly rows_ahead: number;
  readonly heard_s: number | null;
}

/** One engine process; rates of the last ten seconds, null where they are not known. */
export interface SystemWorker {
  readonly name: string;
  readonly topic: string;
  readonly heard_s: number;
  readonly is_silent: boolean;
  readonly partitions: number;
  readonly readings_per_s: number | null;
  readonly commits_per_s: number | null;
  readonly commit_ms: number | null;
  readonly commit_lag_s: number | null;
  readonly dead_letters: number;
  readonly outbox_pending: number;
  readonly problems: readonly string[];
}

/** All partitions and workers together. */
export interface SystemSums {
  readonly messages_per_s: number | null;
  readonly readings_per_s: number | null;
  readonly commits_per_s: number | null;
  readonly commit_ms: number | null;
  readonly commit_lag_s: number | null;
  readonly told_per_s: number | null;
  readonly lag: number | null;
  readonly patients: number;
  readonly rows_ahead: number;
  readonly dead_letters: number;
  readonly outbox_pending: number;
}

export interface SystemServer {
  readonly viewers: number;
  readonly viewers_max: number;
  readonly messages_per_s: number | null;
}

/** The data flow: the answer of `GET /api/v1/system`, and what is pushed to whoever asked. */
export interface SystemPicture {
  readonly kind: "embedded" | "workers";
  readonly store: string;
  readonly takes_commits: boolean | null;
  readonly topic: string;
  readonly partition_count: number;
  readonly partitions: readonly SystemPartition[];
  readonly workers: readonly SystemWorker[];
  readonly sums: SystemSums;
  readonly problems: readonly string[];
  readonly left_out: number;
  readonly server: SystemServer;
}

/** Every second, for viewers that asked for it. */
export interface SystemMessage {
  readonly type: "system";
  readonly seq: number;
  readonly now: Time;
  readonly system: SystemPicture;
}

/** What the whole ward counts. `anomalous_share` and rates are of the last hour, or since `since`. */
export interface Figures {
  readonly readings_total: number;
  readonly readings_per_s: number;
  /** Share (0 to 1) of recent readings that were anomalous: flagged by the producer or by z-score. */
  readonly anomalous_share: number | null;
  /** Alarms (conditions that became active, physiological ones) per hour, all patients together. */
  readonly alarms_per_hour: number | null;
  readonly since: Time;
}

export interface HeartbeatMessage {
  readonly type: "heartbeat";
  readonly seq: number;
  readonly now: Time;
  readonly engine_at: Time | null;
  readonly problems: readonly string[];
  /** Null while the server still learns them. */
  readonly figures: Figures | null;
}

export interface ResumedMessage {
  readonly type: "resumed";
  readonly seq: number;
  readonly complete: boolean;
}

export type LiveMessage =
  | SnapshotMessage
  | ValuesMessage
  | TransitionMessage
  | ScoreMessage
  | WindowMessage
  | AnomalyMessage
  | AdmissionsMessage
  | SystemMessage
  | HeartbeatMessage
  | ResumedMessage;

/** A row of `GET /api/v1/readings`; null where nothing was measured. */
export type ReadingRow = {
  readonly patient_id: string;
  readonly timestamp: Time;
  readonly source: string;
  readonly bp_method: string | null;
  readonly on_oxygen: boolean | null;
  readonly fio2: number | null;
  readonly consciousness: string | null;
  readonly is_anomaly: boolean | null;
  readonly marks: string | null;
  readonly late: string | null;
  readonly arrived_at: Time | null;
} & Readonly<Record<VitalName, number | null>>;

export interface TruthRow {
  readonly patient_id: string;
  readonly start: Time;
  readonly end: Time;
  readonly kind: string;
  readonly name: string;
  readonly vital: VitalName | null;
}

/** Any table of the API: rows newest first and the token of the following page. */
export interface PageOf<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}
