import { describe, expect, it } from "vitest";
import { bandOf, linesOf, MINUTES, scaleOf, seriesOf } from "./sparkline-shape";

const END = Date.parse("2026-03-01T12:00:00Z");
const MINUTE_MS = 60_000;
const means = Array.from({ length: MINUTES }, (_, minute) => minute);
const trend = { end: END, means: { heart_rate: means } };

describe("the points of a sparkline", () => {
  it("are sixty minute means and the value of now", () => {
    const series = seriesOf(trend, "heart_rate", 99, END + MINUTE_MS);
    expect(series).toEqual([...means, 99]);
  });

  it("move left, with a gap, when minutes pass without a new mean", () => {
    const series = seriesOf(trend, "heart_rate", null, END + 7 * MINUTE_MS);
    expect(series).toHaveLength(MINUTES + 1);
    expect(series.slice(0, 2)).toEqual([5, 6]);
    expect(series.slice(-7)).toEqual([59, null, null, null, null, null, null]);
  });

  it("do not move for a minute that has only just ended", () => {
    expect(seriesOf(trend, "heart_rate", 99, END + 2 * MINUTE_MS).at(-2)).toBe(59);
  });

  it("are all gaps for a vital sign that was never measured", () => {
    expect(new Set(seriesOf(trend, "spo2", null, END))).toEqual(new Set([null]));
  });

  it("end a line at a gap, and keep a point that stands alone", () => {
    const scale = { low: 0, high: 10 };
    const lines = linesOf([1, 2, null, 3, null, 4, 5], scale, 60, 100);
    expect(lines.map((line) => line.length)).toEqual([2, 1, 2]);
    expect(lines[0]?.[0]).toEqual({ x: 0, y: 90 });
    expect(lines[2]?.[1]).toEqual({ x: 60, y: 50 });
  });
});

describe("the height of a sparkline", () => {
  it("stands for the limits and a margin while values lie inside", () => {
    const scale = scaleOf([70, 80], [50, 120], 40);
    expect(scale.low).toBeLessThan(50);
    expect(scale.high).toBeGreaterThan(120);
    expect(scaleOf([90, 100], [50, 120], 40)).toEqual(scale);
  });

  it("grows for values outside the limits", () => {
    expect(scaleOf([154], [50, 120], 40).high).toBeGreaterThan(154);
  });

  it("is not flattened by a fault far away, which lies on the edge", () => {
    const scale = scaleOf([97, 0], [90, null], 10);
    expect(scale.low).toBeGreaterThan(70);
    expect(linesOf([97, 0], scale, 60, 20)[0]?.[1]?.y).toBe(20);
  });

  it("is no smaller than the least span, so that noise looks flat", () => {
    const { low, high } = scaleOf([70, 71], undefined, 40);
    expect(high - low).toBeGreaterThanOrEqual(40);
  });

  it("is possible without any value", () => {
    expect(scaleOf([null], undefined, 10)).toEqual({ low: 0, high: 1 });
  });
});

describe("the band of normal limits", () => {
  const scale = { low: 0, high: 100 };

  it("lies between the limits", () => {
    expect(bandOf([25, 75], scale, 40)).toEqual([10, 30]);
  });

  it("reaches to the edge where a side is open", () => {
    expect(bandOf([75, null], scale, 40)).toEqual([0, 10]);
    expect(bandOf([null, 75], scale, 40)).toEqual([10, 40]);
  });

  it("is not there without limits", () => {
    expect(bandOf([null, null], scale, 40)).toBeNull();
    expect(bandOf(undefined, scale, 40)).toBeNull();
  });
});
