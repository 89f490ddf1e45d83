/** How far back trends go. The address says it, so that a link shows the same. */
import { type Signal, signal } from "@preact/signals";
import type { Key } from "../../words/words";

export interface TrendRange {
  readonly name: string;
  readonly label: Key;
  readonly spanMs: number;
}

const HOUR_MS = 3_600_000;
const DEFAULT = "1h";
const PARAMETER = "range";

export const RANGES: readonly TrendRange[] = [
  { name: "15min", label: "patient.range.15min", spanMs: HOUR_MS / 4 },
  { name: "1h", label: "patient.range.1h", spanMs: HOUR_MS },
  { name: "4h", label: "patient.range.4h", spanMs: 4 * HOUR_MS },
  { name: "24h", label: "patient.range.24h", spanMs: 24 * HOUR_MS },
];

/** The range a query string asks for; one hour where it asks for none there is. */
export function rangeIn(search: string): TrendRange {
  const name = new URLSearchParams(search).get(PARAMETER);
  const found = RANGES.find((range) => range.name === name);
  return found ?? (RANGES.find((range) => range.name === DEFAULT) as TrendRange);
}

/** The range in the address now. */
export function rangeSignal(): Signal<TrendRange> {
  return signal(rangeIn(location.search));
}

/** Put a range into the address; going back leads to the page before, not to the range before. */
export function keepRange(range: TrendRange): void {
  const query = new URLSearchParams(location.search);
  query.set(PARAMETER, range.name);
  history.replaceState(history.state, "", `${location.pathname}?${query}`);
}
