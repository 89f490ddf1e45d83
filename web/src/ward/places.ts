/**
 * Who and what stands where in the grid: fixed places, by ward and bed, whatever happens to the
 * patients. Then patients without a bed.
 */
import { computed, type ReadonlySignal } from "@preact/signals";
import { isPresent, type TileState, tileState } from "../state/alarms";
import { beds, type PatientState, patients } from "../state/patients";
import type { Bed } from "../wire/messages";

/** One tile of the grid: a patient, or a bed that is empty. */
export interface Place {
  /** The same as long as the same patient, or the same empty bed, is there. */
  readonly key: string;
  readonly ward: string | null;
  readonly bed: string | null;
  readonly patient: PatientState | null;
}

const COLLATOR = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Texts as people order them: bed 9 before bed 10. */
export function naturally(a: string, b: string): number {
  return COLLATOR.compare(a, b) || (a < b ? -1 : Number(a > b));
}

/** By ward, then bed; without a bed after all beds; the same bed twice by patient. */
export function byPlace(a: Place, b: Place): number {
  return (
    Number(a.bed === null) - Number(b.bed === null) ||
    Number(a.ward === null) - Number(b.ward === null) ||
    naturally(a.ward ?? "", b.ward ?? "") ||
    naturally(a.bed ?? "", b.bed ?? "") ||
    naturally(a.key, b.key)
  );
}

/** Every place of these patients and of the beds none of them lies in, in order. */
export function placesOf(present: readonly PatientState[], known: readonly Bed[]): Place[] {
  const places: Place[] = present.map(patientPlace);
  const taken = new Set(places.map(bedKey));
  for (const { ward, bed } of known) {
    const empty: Place = { key: bedKey({ ward, bed }), ward, bed, patient: null };
    if (!taken.has(empty.key)) places.push(empty);
  }
  return places.sort(byPlace);
}

function patientPlace(patient: PatientState): Place {
  const { ward, bed } = patient.about.value;
  return { key: `patient ${patient.id}`, ward, bed, patient };
}

function bedKey(place: { readonly ward: string | null; readonly bed: string | null }): string {
  return `bed ${JSON.stringify([place.ward, place.bed])}`;
}

/** A signal of each patient, made once, so that a reading a second changes nothing above it. */
function ofEach<Value>(judge: (patient: PatientState) => Value) {
  const made = new WeakMap<PatientState, ReadonlySignal<Value>>();
  return (patient: PatientState): ReadonlySignal<Value> => {
    let found = made.get(patient);
    if (found === undefined) {
      found = computed(() => judge(patient));
      made.set(patient, found);
    }
    return found;
  };
}

const presenceOf = ofEach(isPresent);

/** The state of a patient's tile. */
export const stateOf: (patient: PatientState) => ReadonlySignal<TileState> = ofEach(tileState);

/** The state of the tile at a place. */
export function stateAt(place: Place): TileState {
  return place.patient === null ? "empty" : stateOf(place.patient).value;
}

/** All places of the house, in order. */
export const places: ReadonlySignal<readonly Place[]> = computed(() =>
  placesOf(
    [...patients.value.values()].filter((patient) => presenceOf(patient).value),
    beds.value,
  ),
);

/** The wards there are, in order. */
export const wards: ReadonlySignal<readonly string[]> = computed(() => {
  const names = places.value.map((place) => place.ward).filter((ward) => ward !== null);
  return [...new Set(names)].sort(naturally);
});
