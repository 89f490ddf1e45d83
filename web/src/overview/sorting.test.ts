import { describe, expect, it } from "vitest";
import type { SortValue } from "./columns";
import { sorted, turned } from "./sorting";

function order(values: readonly SortValue[], isDown: boolean) {
  return sorted(values, (value) => value, isDown);
}

describe("the order of rows", () => {
  it("is by number, in either direction", () => {
    expect(order([10, 9, 100], false)).toEqual([9, 10, 100]);
    expect(order([10, 9, 100], true)).toEqual([100, 10, 9]);
  });

  it("is natural for texts: bed 9 before bed 10", () => {
    expect(order(["10", "B-2", "9", "B-10"], false)).toEqual(["9", "10", "B-2", "B-10"]);
  });

  it("has what is missing last in either direction", () => {
    expect(order([null, 1, null, 2], false)).toEqual([1, 2, null, null]);
    expect(order([null, 1, null, 2], true)).toEqual([2, 1, null, null]);
  });

  it("leaves equal rows as they were", () => {
    const rows = [
      { id: "a", key: 1 },
      { id: "b", key: 1 },
    ];
    for (const isDown of [false, true])
      expect(sorted(rows, (row) => row.key, isDown).map((row) => row.id)).toEqual(["a", "b"]);
  });

  it("does not touch what it was given", () => {
    const rows = [2, 1];
    order(rows, false);
    expect(rows).toEqual([2, 1]);
  });
});

describe("a click on a title", () => {
  it("turns the same column round", () => {
    expect(turned({ column: "bed", isDown: false }, "bed", false).isDown).toBe(true);
  });

  it("begins with the largest number, or the first text", () => {
    const before = { column: "bed", isDown: false };
    expect(turned(before, "news2", true)).toEqual({ column: "news2", isDown: true });
    expect(turned(before, "patient", false)).toEqual({ column: "patient", isDown: false });
  });
});
