import { beforeEach, describe, expect, it } from "vitest";
import { condition, liveValue, patientWire, score, snapshot } from "../state/fixtures";
import { type PatientState, patients, takeSnapshot } from "../state/patients";
import type { PatientWire } from "../wire/messages";
import { COLUMNS } from "./columns";
import { bandCounts, bandOf, presentPatients, totalText } from "./present";

function patient(told: Partial<PatientWire>): PatientState {
  takeSnapshot(snapshot([patientWire("A", told)]));
  return patients.value.get("A") as PatientState;
}

function cell(name: string, told: Partial<PatientWire>): string {
  return COLUMNS.find((column) => column.name === name)?.text(patient(told)) ?? "no such column";
}

beforeEach(() => takeSnapshot(snapshot([])));

describe("patients on the overview", () => {
  it("are those who are here", () => {
    const gone = patientWire("B", { bed: null, last_reading_at: null });
    takeSnapshot(snapshot([patientWire("A"), gone]));
    expect(presentPatients.value.map(({ id }) => id)).toEqual(["A"]);
  });

  it("are counted once, in a band only when NEWS2 is complete", () => {
    const high = score("news2", { total: 9, risk: "high" });
    const partial = score("news2", { total: null, at_least: 7, complete: false, risk: "high" });
    const told = [[high], [partial], []];
    takeSnapshot(snapshot(told.map((scores, n) => patientWire(`P${n}`, { scores }))));
    expect([...bandCounts(presentPatients.value)]).toEqual([
      ["low", 0],
      ["low-medium", 0],
      ["medium", 0],
      ["high", 1],
      ["partial", 2],
    ]);
  });

  it("are partial when a band is one that is not known here", () => {
    expect(bandOf(score("news2", { risk: "purple" }))).toBe("partial");
  });

  it("never show a partial total as a whole one", () => {
    expect(totalText(score("news2", { total: 12 }))).toBe("12");
    expect(totalText(score("news2", { total: null, at_least: 3 }))).toBe("≥ 3");
    expect(totalText(undefined)).toBe("--");
  });
});

describe("a row of the table", () => {
  it("shows only values that are live", () => {
    const stale = { ...liveValue(80), state: "stale" as const };
    const vitals = { ...patientWire("A").vitals, heart_rate: stale, systolic_bp: liveValue(120) };
    expect(cell("heart_rate", { vitals })).toBe("--");
    expect(cell("blood_pressure", { vitals })).toBe("120/--");
  });

  it("shows the parts of risk A, and nothing for a part that is missing", () => {
    const parts = { spo2: 25, heart_rate: null };
    const scores = [score("risk_a", { total: 25, risk: "CRITICAL", parts })];
    expect(cell("risk_a.spo2", { scores })).toBe("25");
    expect(cell("risk_a.heart_rate", { scores })).toBe("--");
    expect(cell("band", { scores })).toBe("critical");
  });

  it("says the worst of what is wrong", () => {
    const conditions = [condition({ priority: "medium", rule: "spo2_low" }), condition()];
    expect(cell("state", { conditions })).toBe("*** HR 160 > 150");
    expect(cell("state", {})).toBe("normal");
  });

  it("has no two columns of the same name", () => {
    const names = COLUMNS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
