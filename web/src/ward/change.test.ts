import { describe, expect, it } from "vitest";
import { directionOf } from "./change";

/** An hour of means: 50 minutes of one value, ten of another. */
function trend(before: number | null, after: number | null) {
  const means = [...new Array(50).fill(before), ...new Array(10).fill(after)];
  return { end: 0, means: { heart_rate: means, mean_bp: means } };
}

describe("the arrow of a vital sign", () => {
  it("points where ten minutes have led", () => {
    expect(directionOf(trend(70, 75), "heart_rate")).toBe("up");
    expect(directionOf(trend(80, 70), "heart_rate")).toBe("down");
  });

  it("is not there for small changes", () => {
    expect(directionOf(trend(70, 74.9), "heart_rate")).toBeNull();
  });

  it("is not there where either end was not measured", () => {
    expect(directionOf(trend(null, 75), "heart_rate")).toBeNull();
    expect(directionOf(trend(70, null), "heart_rate")).toBeNull();
    expect(directionOf({ end: 0, means: {} }, "heart_rate")).toBeNull();
  });

  it("is not there for vital signs without a threshold", () => {
    expect(directionOf(trend(50, 90), "mean_bp")).toBeNull();
  });
});
