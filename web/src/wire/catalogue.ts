/** The vital signs, rules and scores Wardline knows; generated from the server's own catalogue. */

import json from "./catalogue.json";
import type { Priority, VitalName } from "./messages";

export interface VitalSign {
  readonly name: VitalName;
  /** The unit of values on the wire. */
  readonly unit: string;
  readonly decimals: number;
  readonly hard_low: number;
  readonly hard_high: number;
  readonly score_age_max_s: number;
}

export interface AlarmRule {
  readonly name: string;
  readonly vital: VitalName;
  readonly is_high: boolean;
  /** Null: off in this profile. */
  readonly limit: number | null;
  readonly delay_s: number;
  readonly priority: Priority;
}

export interface ScoreKind {
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly parts: readonly string[];
  readonly risks: readonly string[];
  readonly is_sum: boolean;
}

interface Catalogue {
  readonly vitals: readonly VitalSign[];
  readonly profiles: Readonly<Record<string, readonly AlarmRule[]>>;
  readonly scores: readonly ScoreKind[];
  readonly conditions: readonly string[];
}

const catalogue = json as unknown as Catalogue;

export const VITALS = catalogue.vitals;
export const VITAL_NAMES: readonly VitalName[] = VITALS.map((vital) => vital.name);
export const PROFILES = catalogue.profiles;
export const SCORES = catalogue.scores;
/** Names of every condition there can be: limit rules, then technical ones. */
export const CONDITIONS = catalogue.conditions;

const VITAL_BY_NAME = new Map(VITALS.map((vital) => [vital.name, vital]));
const SCORE_BY_NAME = new Map(SCORES.map((score) => [score.name, score]));

/** The catalogue's row of a vital sign. */
export function vitalSign(name: VitalName): VitalSign {
  const found = VITAL_BY_NAME.get(name);
  if (found === undefined) throw new RangeError(`no vital sign ${name}`);
  return found;
}

/** The catalogue's row of a score, if the server's version still has it. */
export function scoreKind(name: string): ScoreKind | undefined {
  return SCORE_BY_NAME.get(name);
}
