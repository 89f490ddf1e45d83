/**
 * The minutes of one patient: finished ones as the engine found them, and those it has not closed
 * yet out of live values. At most a day, so at most 1,441 minutes of each vital sign.
 */
import type { VitalName, WindowRow } from "../../wire/messages";

export const MINUTE_MS = 60_000;
/** Longest range that is kept, with a minute at either end. */
export const KEPT_MS = 24 * 3_600_000 + 2 * MINUTE_MS;

/** One minute of one vital sign, in the wire's unit. */
export interface Minute {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
  /** Gathered from live values; the engine's own window takes its place. */
  readonly isDraft: boolean;
}

/** One vital sign over some minutes; null where nothing was measured. */
export interface MinuteColumns {
  readonly mean: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
}

export class MinuteStore {
  readonly #minutes = new Map<VitalName, Map<number, Minute>>();

  /** Take a window as the engine found it; late values bring it again. */
  takeWindow(row: WindowRow): void {
    const { mean, min, max, count } = row;
    const minute = { mean, min, max, count, isDraft: false };
    this.#of(row.vital).set(Date.parse(row.window_start), minute);
  }

  /** Add a live value to its minute, unless that minute is finished. */
  takeValue(vital: VitalName, value: number, observedMs: number): void {
    const minutes = this.#of(vital);
    const start = minuteOf(observedMs);
    const before = minutes.get(start);
    if (before?.isDraft === false) return;
    minutes.set(start, before === undefined ? first(value) : withValue(before, value));
  }

  /** What is known of one minute. */
  at(vital: VitalName, startMs: number): Minute | undefined {
    return this.#of(vital).get(startMs);
  }

  /** One vital sign at these minutes, in order. */
  columns(vital: VitalName, starts: readonly number[]): MinuteColumns {
    const minutes = this.#of(vital);
    const found = starts.map((start) => minutes.get(start));
    return {
      mean: found.map((minute) => minute?.mean ?? null),
      min: found.map((minute) => minute?.min ?? null),
      max: found.map((minute) => minute?.max ?? null),
    };
  }

  /** Let go of what is older than the longest range. */
  forgetBefore(timeMs: number): void {
    for (const minutes of this.#minutes.values()) {
      for (const start of minutes.keys()) if (start < timeMs) minutes.delete(start);
    }
  }

  #of(vital: VitalName): Map<number, Minute> {
    let minutes = this.#minutes.get(vital);
    if (minutes === undefined) {
      minutes = new Map();
      this.#minutes.set(vital, minutes);
    }
    return minutes;
  }
}

/** Start of the minute a moment lies in. */
export function minuteOf(timeMs: number): number {
  return Math.floor(timeMs / MINUTE_MS) * MINUTE_MS;
}

/** Starts of all minutes from the one of `fromMs` to the one of `toMs`. */
export function minutesBetween(fromMs: number, toMs: number): number[] {
  const start = minuteOf(fromMs);
  const count = Math.floor((minuteOf(toMs) - start) / MINUTE_MS) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => start + index * MINUTE_MS);
}

/** Where minutes are drawn: in their middle, the running one in the middle of what is over. */
export function drawnAt(starts: readonly number[], nowMs: number): number[] {
  return starts.map((start) => (start + Math.min(start + MINUTE_MS, Math.max(nowMs, start))) / 2);
}

function first(value: number): Minute {
  return { mean: value, min: value, max: value, count: 1, isDraft: true };
}

function withValue(before: Minute, value: number): Minute {
  const count = before.count + 1;
  return {
    mean: before.mean + (value - before.mean) / count,
    min: Math.min(before.min, value),
    max: Math.max(before.max, value),
    count,
    isDraft: true,
  };
}
