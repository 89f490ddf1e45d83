/** Who is counted on the overview, and what a score says of them. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { isPresent } from "../state/alarms";
import { type PatientState, patients } from "../state/patients";
import type { Score } from "../wire/messages";

/** NEWS2 from which on the response is an emergency one. */
export const NEWS2_HIGH = 7;

/** Patients who are here, in the order they were heard of. */
export const presentPatients: ReadonlySignal<readonly PatientState[]> = computed(() =>
  [...patients.value.values()].filter(isPresent),
);

/** One score of a patient; undefined while none of its inputs is known. Follows the patient. */
export function scoreOf(patient: PatientState, name: string): Score | undefined {
  return patient.scores.value.find((score) => score.name === name);
}

/** A total, or what is certain of it. */
export function pointsOf(score: Score | undefined): number | null {
  return score?.total ?? score?.at_least ?? null;
}

/** `12`, `≥ 3` of a partial one, `--` of none. */
export function totalText(score: Score | undefined): string {
  if (score === undefined) return "--";
  if (score.total !== null) return String(score.total);
  return score.at_least === null ? "--" : `≥ ${score.at_least}`;
}

export const BANDS = ["low", "low-medium", "medium", "high", "partial"] as const;
export type Band = (typeof BANDS)[number];

/** The NEWS2 band of a patient; partial as long as an input is missing. */
export function bandOf(score: Score | undefined): Band {
  const known = BANDS.find((band) => band === score?.risk);
  return score?.complete === true && known !== undefined ? known : "partial";
}

/** How many patients are in each band, in the order of `BANDS`. */
export function bandCounts(all: readonly PatientState[]): ReadonlyMap<Band, number> {
  const counts = new Map<Band, number>(BANDS.map((band) => [band, 0]));
  for (const patient of all) {
    const band = bandOf(scoreOf(patient, "news2"));
    counts.set(band, (counts.get(band) ?? 0) + 1);
  }
  return counts;
}
