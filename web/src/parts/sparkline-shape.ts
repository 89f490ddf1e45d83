/** The arithmetic of a sparkline: which points it has, and where they lie. Pure, in any unit. */
import type { Range, Trend, VitalName } from "../wire/messages";

export const MINUTES = 60;
const MINUTE_MS = 60_000;
/** A minute that has just ended may come so much later before it counts as a gap. */
const LATE_MAX_MS = 60_000;

/** Half of the height, of the values' span: a little more than half leaves a margin. */
const HALF_SHARE = 0.58;

/** Minute means and the value of now as the last point; null where nothing was measured. */
export type Series = readonly (number | null)[];

export interface Scale {
  readonly low: number;
  readonly high: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The points of the last hour before `nowMs`. Minutes that ended after the trend are gaps. */
export function seriesOf(
  trend: Trend,
  vital: VitalName,
  current: number | null,
  nowMs: number,
): Series {
  const means = trend.means[vital] ?? [];
  const sinceMs = nowMs - (trend.end + MINUTE_MS) - LATE_MAX_MS;
  const missed = nowMs === 0 ? 0 : Math.max(0, Math.floor(sinceMs / MINUTE_MS));
  const empty = new Array<null>(MINUTES).fill(null);
  const shifted = [...empty, ...means, ...empty.slice(0, missed)].slice(-MINUTES);
  return [...shifted, current];
}

/**
 * What the height stands for: the limits with a margin, so that a line has the same meaning
 * on every tile, and wider where values lie outside; but a fault far off must not flatten all else.
 * Without limits the values alone.
 */
export function scaleOf(series: Series, range: Range | undefined, leastSpan: number): Scale {
  const known = series.filter((value) => value !== null);
  const limits = [...(range ?? [])].filter((limit) => limit !== null);
  const all = [...nearTo(limits, known, leastSpan), ...limits];
  if (all.length === 0) return { low: 0, high: 1 };
  const lowest = Math.min(...all);
  const highest = Math.max(...all);
  const half = Math.max(highest - lowest, leastSpan) * HALF_SHARE;
  const middle = (lowest + highest) / 2;
  return { low: middle - half, high: middle + half };
}

/** Values, those further from the limits than the limits are apart brought so near. */
function nearTo(limits: readonly number[], values: readonly number[], leastSpan: number): number[] {
  if (limits.length === 0) return [...values];
  const lowest = Math.min(...limits);
  const highest = Math.max(...limits);
  const reach = Math.max(leastSpan, highest - lowest);
  return values.map((value) => Math.min(Math.max(value, lowest - reach), highest + reach));
}

/**
 * Lines between neighbours; a gap ends one. A point alone is a line of one point. What lies outside
 * the scale lies on its edge.
 */
export function linesOf(series: Series, scale: Scale, width: number, height: number): Point[][] {
  const lines: Point[][] = [];
  let line: Point[] = [];
  series.forEach((value, index) => {
    if (value === null) {
      line = [];
      return;
    }
    if (line.length === 0) lines.push(line);
    const x = (index / (series.length - 1)) * width;
    const y = Math.min(Math.max(yOf(value, scale, height), 0), height);
    line.push({ x, y });
  });
  return lines;
}

/** Top and bottom of the normal limits; an open side reaches to the edge; null without limits. */
export function bandOf(
  range: Range | undefined,
  scale: Scale,
  height: number,
): readonly [number, number] | null {
  const [low, high] = range ?? [null, null];
  if (low === null && high === null) return null;
  const top = high === null ? 0 : yOf(high, scale, height);
  const bottom = low === null ? height : yOf(low, scale, height);
  return [Math.max(0, top), Math.min(height, bottom)];
}

function yOf(value: number, scale: Scale, height: number): number {
  return height * (1 - (value - scale.low) / (scale.high - scale.low));
}
