/** Where a vital sign has been going for ten minutes, from its minute means. */
import type { Trend, VitalName } from "../wire/messages";

export type Direction = "up" | "down";

/** Smaller changes are not worth an arrow; in the unit of the wire. */
const CHANGE_MIN: Readonly<Partial<Record<VitalName, number>>> = {
  heart_rate: 5,
  pulse_rate: 5,
  spo2: 2,
  respiratory_rate: 3,
  systolic_bp: 10,
  temperature: 0.3,
};
const MINUTES = 10;

/** The direction of the last ten minutes; null when steady, or when either end was not measured. */
export function directionOf(trend: Trend, vital: VitalName): Direction | null {
  const means = trend.means[vital];
  const least = CHANGE_MIN[vital];
  const newest = means?.at(-1) ?? null;
  const before = means?.at(-1 - MINUTES) ?? null;
  if (least === undefined || newest === null || before === null) return null;
  const change = newest - before;
  if (Math.abs(change) < least) return null;
  return change > 0 ? "up" : "down";
}
