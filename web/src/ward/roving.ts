/** One tile is in the order of the Tab key; arrows move between tiles as they lie on screen. */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { route } from "../state/route";
import { shownPlaces } from "./filters";

/** Key of the place that had focus last. */
export const focusedKey = signal<string | null>(null);

/** Key of the one place that Tab reaches. */
export const tabStop: ReadonlySignal<string | null> = computed(() => {
  const shown = shownPlaces.value;
  const isShown = shown.some((place) => place.key === focusedKey.value);
  return isShown ? focusedKey.value : (shown[0]?.key ?? null);
});

/** Where a key leads from a tile: the index of another tile, or null where it leads nowhere. */
export function indexAfter(key: string, at: number, columns: number, count: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
  };
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = steps[key];
  const aim = step === undefined ? -1 : at + step;
  return aim >= 0 && aim < count ? aim : null;
}

let patientLeft: string | null = null;

/** Remember whose page is open, so that its tile has focus when the ward is shown again. */
effect(() => {
  if (route.value.page === "patient") patientLeft = `patient ${route.value.patientId}`;
  if (route.value.page === "overview") patientLeft = null;
});

/** Key of the place whose page was just left, told once. */
export function takePatientLeft(): string | null {
  const key = patientLeft;
  patientLeft = null;
  return key;
}
