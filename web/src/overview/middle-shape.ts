/** Paths of an SVG for the middle line and the band around it; gaps stay gaps. */
import type { Middle } from "./quantiles";

export const WIDTH = 240;
export const HEIGHT = 60;

export interface Shape {
  readonly line: string;
  readonly band: string;
  /** The values at the lower and upper edge. */
  readonly bottom: number;
  readonly top: number;
}

/** `leastSpan`: so much is always between bottom and top, so that a calm hour looks calm. */
export function shapeOf(minutes: readonly (Middle | null)[], leastSpan: number): Shape | null {
  const known = minutes.filter((minute) => minute !== null);
  if (known.length === 0) return null;
  const least = Math.min(...known.map((minute) => minute.low));
  const most = Math.max(...known.map((minute) => minute.high));
  const spare = Math.max(0, leastSpan - (most - least)) / 2;
  const [bottom, top] = [least - spare, most + spare];
  const x = (index: number): number => rounded((index / Math.max(1, minutes.length - 1)) * WIDTH);
  const y = (value: number): number =>
    rounded(HEIGHT - ((value - bottom) / (top - bottom)) * HEIGHT);
  const runs = runsOf(minutes);
  return {
    line: runs
      .map((run) => path(run.map(([index, minute]) => [x(index), y(minute.median)])))
      .join(""),
    band: runs.map((run) => `${path(outline(run, x, y))}Z`).join(""),
    bottom,
    top,
  };
}

type Run = readonly (readonly [number, Middle])[];
type Point = readonly [number, number];

/** Minutes that follow each other without a gap. */
function runsOf(minutes: readonly (Middle | null)[]): readonly Run[] {
  const runs: [number, Middle][][] = [[]];
  minutes.forEach((minute, index) => {
    if (minute === null) runs.push([]);
    else runs.at(-1)?.push([index, minute]);
  });
  return runs.filter((run) => run.length > 0);
}

/** Along the upper edge, and back along the lower one. */
function outline(run: Run, x: (index: number) => number, y: (value: number) => number): Point[] {
  const upper = run.map(([index, minute]): Point => [x(index), y(minute.high)]);
  const lower = run.map(([index, minute]): Point => [x(index), y(minute.low)]);
  return [...upper, ...lower.reverse()];
}

function path(points: readonly Point[]): string {
  return points.map(([x, y], index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join("");
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
