import { beforeEach, describe, expect, it } from "vitest";
import { liveValue, NOW, patientWire, score, snapshot } from "./fixtures";
import {
  beds,
  hasSnapshot,
  type PatientState,
  patients,
  takeSnapshot,
  takeValues,
} from "./patients";

function values(...changed: Parameters<typeof takeValues>[0]["patients"]) {
  takeValues({ type: "values", seq: 2, now: NOW, patients: changed });
}

function patient(id: string): PatientState {
  const found = patients.value.get(id);
  if (found === undefined) throw new Error(`no patient ${id}`);
  return found;
}

describe("what is known of patients", () => {
  beforeEach(() => {
    takeSnapshot(snapshot([]));
    takeSnapshot(snapshot([patientWire("A", { age: 70 }), patientWire("B")]));
  });

  it("is the whole picture after a snapshot", () => {
    expect([...patients.value.keys()]).toEqual(["A", "B"]);
    expect(beds.value).toHaveLength(1);
    expect(hasSnapshot.value).toBe(true);
  });

  it("keeps vital signs that a patch does not name", () => {
    values({ patient_id: "A", vitals: { heart_rate: liveValue(75), spo2: liveValue(97) } });
    values({ patient_id: "A", vitals: { heart_rate: liveValue(76) } });
    expect(patient("A").vitals.heart_rate.value.value).toBe(76);
    expect(patient("A").vitals.spo2.value.value).toBe(97);
  });

  it("keeps what else of a patient a patch does not name", () => {
    values({ patient_id: "A", bed: "7" });
    expect(patient("A").about.value).toMatchObject({ bed: "7", ward: "ICU-1", age: 70 });
  });

  it("keeps scores and inputs that a patch does not name, and drops those that went", () => {
    const at = NOW;
    values({ patient_id: "A", scores: [score("news2", { total: 3 }), score("mews")] });
    values({
      patient_id: "A",
      inputs: { fio2: { value: 0.4, at }, on_oxygen: { value: true, at } },
    });
    const gone = score("mews", { at_least: null, parts: {} });
    values({ patient_id: "A", scores: [gone], inputs: { fio2: null } });
    expect(patient("A").scores.value.map(({ name }) => name)).toEqual(["news2"]);
    expect(Object.keys(patient("A").inputs.value)).toEqual(["on_oxygen"]);
  });

  it("takes null as news: the bed is given up", () => {
    values({ patient_id: "A", bed: null });
    expect(patient("A").about.value.bed).toBeNull();
  });

  it("leaves a patient's other signals alone, so that no screen renders for nothing", () => {
    const { about, scores } = patient("A");
    const before = [about.value, scores.value];
    values({ patient_id: "A", vitals: { heart_rate: liveValue(80) } });
    expect([about.value, scores.value]).toEqual(before);
    expect(patient("A").about.value).toBe(before[0]);
  });

  it("leaves the list of patients alone while nobody comes or goes", () => {
    const before = patients.value;
    values({ patient_id: "A", scores: [score("news2", { total: 3 })] });
    takeSnapshot(snapshot([patientWire("A"), patientWire("B")]));
    expect(patients.value).toBe(before);
  });

  it("knows a patient it first hears of in a patch", () => {
    values({ patient_id: "C", bed: "3" }, { patient_id: "C", ward: "ICU-2" });
    expect(patient("C").about.value).toMatchObject({ bed: "3", ward: "ICU-2", profile: "adult" });
    expect(patient("C").vitals.spo2.value.state).toBe("missing");
  });

  it("forgets who is not in a new picture, and keeps the signals of who is", () => {
    const before = patient("A");
    takeSnapshot(snapshot([patientWire("A")]));
    expect([...patients.value.keys()]).toEqual(["A"]);
    expect(patient("A")).toBe(before);
  });

  it("does not know vital signs that the catalogue does not have", () => {
    values({ patient_id: "A", vitals: { etco2: liveValue(4) } as object });
    expect(Object.keys(patient("A").vitals)).not.toContain("etco2");
  });
});
