/** Recent anomalies: what the store had when the page was opened, and what was found since. */
import { inUnit, shown } from "../format/values";
import type { AnomalyRow } from "../wire/messages";

export const ANOMALIES_SHOWN = 50;

/** Newest first, each once, at most `ANOMALIES_SHOWN`. */
export function recentAnomalies(
  stored: readonly AnomalyRow[],
  found: readonly AnomalyRow[],
): readonly AnomalyRow[] {
  const all = new Map([...stored, ...found].map((row) => [anomalyKey(row), row]));
  const newest = [...all.values()].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return newest.slice(0, ANOMALIES_SHOWN);
}

/** What makes an anomaly the same one, wherever it came from. */
export function anomalyKey(row: AnomalyRow): string {
  return JSON.stringify([row.patient_id, row.at, row.vital, row.detector]);
}

/** `80 ± 12`, in the station's unit; a deviation has no zero point. */
export function usualText(row: AnomalyRow): string {
  const { vital, usual_mean: mean, usual_deviation: deviation } = row;
  const wide = inUnit(vital, mean + deviation) - inUnit(vital, mean);
  return `${shown(vital, mean)} ± ${wide.toFixed(1)}`;
}

/** `+4.2`, with the sign that says above or below. */
export function scoreText(row: AnomalyRow): string {
  return `${row.score > 0 ? "+" : ""}${row.score.toFixed(1)}`;
}
