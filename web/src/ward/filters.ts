/** Which places are shown, and how the address bar says so: `/?ward=ICU-1&state=alarm`. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { TileState } from "../state/alarms";
import { routeOf } from "../state/route";
import { type Place, places, stateAt } from "./places";

/** States that can be asked for, in the order of the choice. */
export const STATES: readonly TileState[] = ["alarm", "stale", "no-signal", "normal", "empty"];

export interface Filters {
  /** Empty: every ward. */
  readonly ward: string;
  /** Empty: every state. */
  readonly state: TileState | "";
}

/** What an address asks for; states that do not exist count as not asked. */
export function filtersOf(search: string): Filters {
  const query = new URLSearchParams(search);
  const state = STATES.find((known) => known === query.get("state")) ?? "";
  return { ward: query.get("ward") ?? "", state };
}

/** The query of an address for filters, with the question mark, empty for none. */
export function queryOf(asked: Filters): string {
  const query = new URLSearchParams();
  if (asked.ward !== "") query.set("ward", asked.ward);
  if (asked.state !== "") query.set("state", asked.state);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** The filters in force. */
export const filters = signal<Filters>(filtersOf(location.search));

/** Take the filters of the address bar. */
export function readFilters(): void {
  filter(filtersOf(location.search));
}

/** Show something else. */
export function filter(changes: Partial<Filters>): void {
  const before = filters.peek();
  const after = { ...before, ...changes };
  if (after.ward !== before.ward || after.state !== before.state) filters.value = after;
}

/** Keep filters and the address bar the same while the ward is shown. */
export function followAddress(): () => void {
  if (routeOf(location.pathname).page === "ward" && location.search !== "") readFilters();
  window.addEventListener("popstate", readFilters);
  const end = effect(() => writeAddress(queryOf(filters.value)));
  return () => {
    window.removeEventListener("popstate", readFilters);
    end();
  };
}

function writeAddress(query: string): void {
  const isHere = routeOf(location.pathname).page === "ward";
  if (!isHere || location.search === query) return;
  history.replaceState(history.state, "", `${location.pathname}${query}`);
}

/** The places to be shown, in order. */
export const shownPlaces: ReadonlySignal<readonly Place[]> = computed(() => {
  const { ward, state } = filters.value;
  return places.value.filter(
    (place) => (ward === "" || place.ward === ward) && (state === "" || stateAt(place) === state),
  );
});
