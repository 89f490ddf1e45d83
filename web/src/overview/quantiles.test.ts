import { describe, expect, it } from "vitest";
import type { Trend } from "../wire/messages";
import { HEIGHT, shapeOf, WIDTH } from "./middle-shape";
import { MINUTES, middle, middles } from "./quantiles";

const END = 60_000 * 1_000;

function trend(means: readonly (number | null)[], end = END): Trend {
  return { end, means: { heart_rate: means } };
}

describe("the middle of some numbers", () => {
  it("is the median, and the tenth and ninetieth per cent", () => {
    const values = [100, 0, 90, 10, 80, 20, 70, 30, 60, 40, 50];
    expect(middle(values)).toEqual({ low: 10, median: 50, high: 90 });
  });

  it("is between the two middle ones of an even count", () => {
    expect(middle([10, 20])?.median).toBe(15);
  });

  it("is nothing of nothing, and the one of one", () => {
    expect(middle([])).toBeNull();
    expect(middle([7])).toEqual({ low: 7, median: 7, high: 7 });
  });
});

describe("the ward's last hour", () => {
  it("puts the same minute of different patients together", () => {
    const late = trend([50, 60], END - 60_000);
    const all = middles([trend([70, 80]), late], "heart_rate");
    expect(all).toHaveLength(MINUTES);
    expect(all.slice(-3).map((minute) => minute?.median)).toEqual([50, 65, 80]);
  });

  it("has a gap where nobody was measured", () => {
    const all = middles([trend([70, null, 80])], "heart_rate");
    expect(all.at(-2)).toBeNull();
  });

  it("leaves out minutes before the hour", () => {
    const all = middles([trend([80]), trend([50], END - 3_600_000)], "heart_rate");
    expect(all.filter((minute) => minute !== null)).toHaveLength(1);
  });

  it("is empty before there is any trend", () => {
    expect(middles([], "heart_rate").every((minute) => minute === null)).toBe(true);
  });
});

describe("its picture", () => {
  const flat = (value: number) => ({ low: value, median: value, high: value });

  it("is nothing without values", () => {
    expect(shapeOf([null, null], 10)).toBeNull();
  });

  it("runs from edge to edge, the largest value on top", () => {
    const shape = shapeOf([flat(0), flat(100)], 10);
    expect(shape?.line).toBe(`M0 ${HEIGHT}L${WIDTH} 0`);
  });

  it("draws a calm hour calm", () => {
    const shape = shapeOf([flat(80), flat(81)], 40);
    expect([shape?.bottom, shape?.top]).toEqual([60.5, 100.5]);
  });

  it("is interrupted by a gap", () => {
    const shape = shapeOf([flat(1), null, flat(2)], 10);
    expect(shape?.line.match(/M/g)).toHaveLength(2);
  });
});
