import { describe, expect, it } from "vitest";
import { barsOf, partsOf } from "./bars";

const COUNTS = [
  { name: "ICU", count: 6 },
  { name: "Emergency", count: 3 },
  { name: "Oncology", count: 0 },
];

describe("the bars of a distribution", () => {
  it("are as long as their share of the longest", () => {
    expect(barsOf(COUNTS, 12).map(({ width }) => width)).toEqual([100, 50, 0]);
  });

  it("tell their share of all, also of those that are not listed", () => {
    expect(barsOf(COUNTS, 12).map(({ share }) => share)).toEqual([0.5, 0.25, 0]);
  });

  it("are empty where nothing is counted", () => {
    expect(barsOf([{ name: "ICU", count: 0 }], 0)).toEqual([
      { name: "ICU", count: 0, width: 0, share: 0 },
    ]);
    expect(barsOf([], 0)).toEqual([]);
  });

  it("follow each other without a gap in one bar", () => {
    expect(partsOf(COUNTS).map(({ start, width }) => Math.round(start + width))).toEqual([
      67, 100, 100,
    ]);
    expect(partsOf(COUNTS).map(({ start }) => Math.round(start))).toEqual([0, 67, 100]);
    expect(partsOf([{ name: "ICU", count: 0 }])[0]?.width).toBe(0);
  });
});
