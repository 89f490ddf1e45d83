/** A patient's transitions: stored pages below, live ones on top, each once. */
import type { TransitionMessage, TransitionRow } from "../../wire/messages";

/** A row of `GET /api/v1/transitions`; `seq` counts within the patient. */
export type StoredTransition = TransitionRow & { readonly seq: number };

/** A transition with its place in the patient's order. */
export type PlacedTransition = TransitionRow & { readonly patient_seq: number };

/** Newest first. A restart may bring one twice; the place in the patient's order tells. */
export function transitionHistory(
  live: readonly TransitionMessage[],
  stored: readonly StoredTransition[],
  patientId: string,
): readonly PlacedTransition[] {
  const byPlace = new Map<number, PlacedTransition>();
  for (const { seq, ...row } of stored) byPlace.set(seq, { ...row, patient_seq: seq });
  for (const row of live) if (row.patient_id === patientId) byPlace.set(row.patient_seq, row);
  return [...byPlace.values()].sort((a, b) => b.patient_seq - a.patient_seq);
}
