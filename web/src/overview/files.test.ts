import { beforeEach, describe, expect, it } from "vitest";
import { anomaly, liveValue, patientWire, score, snapshot } from "../state/fixtures";
import { patients, takeSnapshot } from "../state/patients";
import { anomalyFile, patientFile } from "./files";

beforeEach(() => takeSnapshot(snapshot([])));

/** The first line of a file, by column. */
function line([titles, first]: readonly (readonly string[])[]): Record<string, string | undefined> {
  return Object.fromEntries((titles ?? []).map((title, place) => [title, first?.[place]]));
}

describe("files of the overview", () => {
  it("tell an anomaly with the names and exact numbers of the wire", () => {
    const told = line(anomalyFile([anomaly(1, { value: 38.25, usual_mean: 37 })]));
    expect(told).toMatchObject({ patient_id: "PT-001", value: "38.25", usual_mean: "37" });
    expect(told["at"]).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });

  it("tell scores and live values of a patient, and leave out what is unknown", () => {
    const scores = [
      score("news2", { total: null, at_least: 3, complete: false }),
      score("risk_a", { total: 20, risk: "low", parts: { spo2: 15, forest: null } }),
    ];
    const vitals = { ...patientWire("A").vitals, heart_rate: liveValue(75) };
    takeSnapshot(snapshot([patientWire("A", { ward: "ICU", bed: null, scores, vitals })]));
    const told = line(patientFile([...patients.value.values()]));
    expect(told).toMatchObject({ patient_id: "A", ward: "ICU", bed: "", heart_rate: "75" });
    expect(told).toMatchObject({ news2: "3", news2_complete: "false", risk_a: "20" });
    expect(told).toMatchObject({ risk_a_risk: "low", "risk_a.spo2": "15", "risk_a.forest": "" });
  });
});
