import { afterEach, describe, expect, it } from "vitest";
import { admissionRow } from "../state/fixtures";
import { prefer } from "../state/preferences";
import { COLUMNS, recordFile, titleOf } from "./columns";

function cell(name: string, told: Parameters<typeof admissionRow>[1] = {}): string {
  return COLUMNS.find((column) => column.name === name)?.text(admissionRow("1", told)) ?? "none";
}

afterEach(() => prefer({ language: "en", temperature: "C", pressure: "mmHg" }));

describe("the columns of records", () => {
  it("tell the risk with its points and a word", () => {
    expect(cell("risk", { risk_score: 5, risk_level: "High" })).toBe("5 high");
  });

  it("follow the language, and leave words alone that they do not know", () => {
    prefer({ language: "de" });
    expect(cell("status", { status: "Discharged" })).toBe("entlassen");
    expect(cell("status", { status: "Day clinic" })).toBe("Day clinic");
    expect(COLUMNS.map(titleOf)).toContain("Diagnose");
  });

  it("follow the station's units", () => {
    expect(cell("blood_pressure")).toBe("120/80");
    prefer({ temperature: "F", pressure: "kPa" });
    expect(cell("temperature")).toBe("99.0");
    expect(cell("blood_pressure")).toBe("16.0/10.7");
  });

  it("all have a title", () => {
    for (const column of COLUMNS) expect(titleOf(column)).not.toBe("");
  });
});

describe("the file of records", () => {
  it("has every column of the server", () => {
    const [titles, row] = recordFile([admissionRow("1")]);
    expect(titles).toHaveLength(21);
    expect(row?.slice(0, 3)).toEqual(["P-1", "ADM-1", "2026-03-01T12:00:00.000Z"]);
  });

  it("is empty without records", () => {
    expect(recordFile([])).toEqual([[]]);
  });
});
