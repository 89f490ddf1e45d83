/** When a patient had alarms: stored episodes, carried on by what is heard live. */
import { isAboutSignal, lookOf } from "../../state/alarms";
import type { Condition, Time, TransitionRow, VitalName } from "../../wire/messages";

/** A row of `GET /api/v1/episodes`. */
export interface EpisodeRow {
  readonly patient_id: string;
  readonly rule: string;
  readonly onset: Time;
  readonly ended_at: Time | null;
  readonly priority: Condition["priority"];
  readonly kind: Condition["kind"];
  readonly vital: VitalName | null;
}

/** One alarm from onset to end (null while it lasts), epoch ms. */
export interface AlarmColumn {
  readonly rule: string;
  readonly look: ReturnType<typeof lookOf>;
  readonly vital: VitalName;
  readonly fromMs: number;
  readonly toMs: number | null;
}

/**
 * Columns of all alarms about a vital sign, by onset. `transitions` in any order; `conditions` are
 * those of now, for what began before anything was heard.
 */
export function alarmColumns(
  episodes: readonly EpisodeRow[],
  transitions: readonly TransitionRow[],
  conditions: readonly Condition[],
): readonly AlarmColumn[] {
  const columns = new Map<string, AlarmColumn>();
  for (const episode of episodes) put(columns, episode, episode.onset, episode.ended_at);
  for (const row of [...transitions].sort(byTime)) takeTransition(columns, row);
  for (const condition of conditions) {
    const { onset } = condition;
    if (onset !== null && !columns.has(keyOf(condition.rule, onset))) {
      put(columns, condition, onset, null);
    }
  }
  return [...columns.values()].sort((a, b) => a.fromMs - b.fromMs);
}

type About = Pick<Condition, "rule" | "priority" | "kind"> & {
  readonly vital: VitalName | "" | null;
};

function put(
  columns: Map<string, AlarmColumn>,
  about: About,
  onset: Time,
  ended: Time | null,
): void {
  const { rule, vital } = about;
  if (vital === null || vital === "" || isAboutSignal(about as Condition)) return;
  columns.set(keyOf(rule, onset), {
    rule,
    look: lookOf(about as Condition),
    vital,
    fromMs: Date.parse(onset),
    toMs: ended === null ? null : Date.parse(ended),
  });
}

function takeTransition(columns: Map<string, AlarmColumn>, row: TransitionRow): void {
  if (row.state === "normal") end(columns, row);
  else if (row.onset !== null) put(columns, row, row.onset, null);
}

function end(columns: Map<string, AlarmColumn>, row: TransitionRow): void {
  for (const [key, column] of columns) {
    const isMeant = column.rule === row.rule && column.toMs === null;
    if (isMeant) columns.set(key, { ...column, toMs: Date.parse(row.at) });
  }
}

function keyOf(rule: string, onset: Time): string {
  return `${rule} ${Date.parse(onset)}`;
}

function byTime(a: TransitionRow, b: TransitionRow): number {
  return Date.parse(a.at) - Date.parse(b.at);
}
