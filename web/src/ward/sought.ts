/** Finding a tile by what somebody types: a bed, a patient's id, a ward. */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { type Place, places } from "./places";

/** What stands in the finder. */
export const sought = signal("");

/** How far a place is from a text: 0 is exact, 1 begins so, 2 contains it; null is not at all. */
export function distance(place: Place, text: string): number | null {
  const aim = plain(text);
  // A single character would fit a ward with all its beds.
  const ward = aim.length > 1 ? place.ward : null;
  const names = [place.patient?.id, place.bed, ward].map((name) => plain(name ?? ""));
  if (aim === "") return null;
  if (names.slice(0, 2).includes(aim)) return 0;
  if (names.some((name) => name.startsWith(aim))) return 1;
  return names.some((name) => name.includes(aim)) ? 2 : null;
}

/** The places that fit, the best first, else in the order of the grid. */
export function fitting(all: readonly Place[], text: string): readonly Place[] {
  const near = all.map((place) => ({ place, far: distance(place, text) }));
  const found = near.filter((each) => each.far !== null);
  return found.sort((a, b) => (a.far ?? 0) - (b.far ?? 0)).map((each) => each.place);
}

/** What is found now; null while nothing is sought. */
export const found: ReadonlySignal<readonly Place[] | null> = computed(() =>
  plain(sought.value) === "" ? null : fitting(places.value, sought.value),
);

const foundKeys: ReadonlySignal<ReadonlySet<string> | null> = computed(() =>
  found.value === null ? null : new Set(found.value.map((place) => place.key)),
);

/** `yes` or `no` while something is sought, else nothing. */
export function markOf(key: string): "yes" | "no" | undefined {
  const keys = foundKeys.value;
  if (keys === null) return undefined;
  return keys.has(key) ? "yes" : "no";
}

function plain(text: string): string {
  return text.trim().toLocaleLowerCase("en");
}
