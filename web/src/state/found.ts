/**
 * What was found while this station looked on: transitions, scores, windows, anomalies and the
 * ward's figures. Lists are newest first and bounded; older rows are read from the API.
 */
import { signal } from "@preact/signals";
import type {
  AnomalyMessage,
  Figures,
  ScoreMessage,
  TransitionMessage,
  WindowMessage,
} from "../wire/messages";

/** Rows of each kind that are kept; the oldest go first. */
export const FOUND_MAX = 500;

export const transitions = signal<readonly TransitionMessage[]>([]);
export const anomalies = signal<readonly AnomalyMessage[]>([]);
export const figures = signal<Figures | null>(null);

/** The newest score finding and window, for screens that watch one patient. */
export const newestScore = signal<ScoreMessage | null>(null);
export const newestWindow = signal<WindowMessage | null>(null);

/** How many transitions came in while the link was lost and were replayed afterwards. */
export const missedTransitions = signal(0);

/** Remember a transition; one that is there already (replayed twice) changes nothing. */
export function takeTransition(message: TransitionMessage): void {
  const known = transitions.peek();
  if (known.some((row) => isSame(row, message))) return;
  const after = [message, ...known].sort((a, b) => b.seq - a.seq);
  transitions.value = after.slice(0, FOUND_MAX);
  if (message.replayed === true) missedTransitions.value += 1;
}

/** Remember an anomaly. */
export function takeAnomaly(message: AnomalyMessage): void {
  const known = anomalies.peek();
  if (known.some((row) => row.seq === message.seq)) return;
  const after = [message, ...known].sort((a, b) => b.seq - a.seq);
  anomalies.value = after.slice(0, FOUND_MAX);
}

function isSame(a: TransitionMessage, b: TransitionMessage): boolean {
  return a.patient_seq === b.patient_seq && a.patient_id === b.patient_id;
}
