/** How long the bars of a distribution are. */
import type { NameCount } from "../wire/messages";

export interface Bar extends NameCount {
  /** Of the longest bar, percent. */
  readonly width: number;
  /** Of all, 0 to 1. */
  readonly share: number;
}

/** One bar a count, in the same order. `all`: what shares are of. */
export function barsOf(counts: readonly NameCount[], all: number): readonly Bar[] {
  const longest = Math.max(1, ...counts.map(({ count }) => count));
  return counts.map((each) => ({
    ...each,
    width: (each.count / longest) * 100,
    share: all === 0 ? 0 : each.count / all,
  }));
}

/** Where each part of a bar of 100 begins and how long it is. */
export function partsOf(
  counts: readonly NameCount[],
): readonly (NameCount & { readonly start: number; readonly width: number })[] {
  const all = Math.max(
    1,
    counts.reduce((sum, { count }) => sum + count, 0),
  );
  let start = 0;
  return counts.map((each) => {
    const part = { ...each, start, width: (each.count / all) * 100 };
    start += part.width;
    return part;
  });
}
