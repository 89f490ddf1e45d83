import { beforeEach, describe, expect, it } from "vitest";
import { patientWire, snapshot } from "../state/fixtures";
import { beds, patients, takeSnapshot, takeValues } from "../state/patients";
import { naturally, places, stateAt, wards } from "./places";

type Told = Parameters<typeof patientWire>[1];

function show(told: Readonly<Record<string, Told>>, known: [string, string][] = []): void {
  const wires = Object.entries(told).map(([id, about]) => patientWire(id, about));
  const all = known.map(([ward, bed]) => ({ ward, bed }));
  takeSnapshot({ ...snapshot(wires), beds: all });
}

function order(): (string | null)[] {
  return places.value.map((place) => place.patient?.id ?? place.bed);
}

describe("the places of the ward", () => {
  beforeEach(() => {
    patients.value = new Map();
    beds.value = [];
  });

  it("puts bed 9 before bed 10", () => {
    expect(["10", "9", "A-2", "A-10", "1"].sort(naturally)).toEqual([
      "1",
      "9",
      "10",
      "A-2",
      "A-10",
    ]);
  });

  it("sorts by ward, then bed, and puts patients without a bed last", () => {
    show({
      guest: { bed: null },
      second: { bed: "10" },
      first: { bed: "9" },
      other: { ward: "ICU-2", bed: "1" },
    });
    expect(order()).toEqual(["first", "second", "other", "guest"]);
  });

  it("shows beds nobody lies in at their place", () => {
    show({ one: { bed: "1" }, three: { bed: "3" } }, [
      ["ICU-1", "1"],
      ["ICU-1", "2"],
      ["ICU-1", "3"],
    ]);
    expect(order()).toEqual(["one", "2", "three"]);
    expect(places.value.map(stateAt)).toEqual(["normal", "empty", "normal"]);
  });

  it("leaves out who was discharged, and the bed is empty", () => {
    show({ gone: { bed: null, last_reading_at: null } }, [["ICU-1", "1"]]);
    expect(places.value.map((place) => place.patient)).toEqual([null]);
  });

  it("tells beds of the same name in two wards apart", () => {
    show({ one: { bed: "1" } }, [
      ["ICU-1", "1"],
      ["ICU-2", "1"],
    ]);
    expect(places.value.map(stateAt)).toEqual(["normal", "empty"]);
    expect(wards.value).toEqual(["ICU-1", "ICU-2"]);
  });

  it("does not change when only readings come in", () => {
    show({ one: { bed: "1" } });
    const before = places.value;
    takeValues({
      type: "values",
      seq: 2,
      now: "2026-03-01T12:00:01.000Z",
      patients: [{ patient_id: "one", last_reading_at: "2026-03-01T12:00:01.000Z" }],
    });
    expect(places.value).toBe(before);
  });

  it("shows two patients whom the same bed was given", () => {
    show({ b: { bed: "1" }, a: { bed: "1" } }, [["ICU-1", "1"]]);
    expect(order()).toEqual(["a", "b"]);
  });
});
