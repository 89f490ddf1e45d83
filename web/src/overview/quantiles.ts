/** The last hour of the whole ward, minute by minute: the middle patient, and the middle 80 %. */
import type { Trend, VitalName } from "../wire/messages";

/** Minutes shown; a trend holds as many. */
export const MINUTES = 60;
const MINUTE_MS = 60_000;

export interface Middle {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/** One entry a minute, oldest first, ending with the newest minute of any; null without values. */
export function middles(trends: readonly Trend[], vital: VitalName): readonly (Middle | null)[] {
  const end = Math.max(0, ...trends.map((trend) => trend.end));
  const minutes: number[][] = Array.from({ length: MINUTES }, () => []);
  for (const trend of trends) {
    const means = trend.means[vital] ?? [];
    const lag = Math.round((end - trend.end) / MINUTE_MS);
    means.forEach((mean, index) => {
      const minute = minutes[index + MINUTES - means.length - lag];
      if (mean !== null) minute?.push(mean);
    });
  }
  return minutes.map(middle);
}

/** Tenth, fiftieth and ninetieth per cent of some numbers. */
export function middle(values: readonly number[]): Middle | null {
  if (values.length === 0) return null;
  const rising = [...values].sort((a, b) => a - b);
  return { low: at(rising, 0.1), median: at(rising, 0.5), high: at(rising, 0.9) };
}

/** Between two neighbours in proportion. */
function at(rising: readonly number[], share: number): number {
  const place = share * (rising.length - 1);
  const before = rising[Math.floor(place)] ?? 0;
  const after = rising[Math.ceil(place)] ?? before;
  return before + (after - before) * (place - Math.floor(place));
}
