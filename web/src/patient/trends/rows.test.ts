import { afterEach, expect, test } from "vitest";
import { prefer } from "../../state/preferences";
import { axisSpan, ROWS, type TrendRow } from "./rows";

const row = (name: string): TrendRow => ROWS.find((one) => one.name === name) as TrendRow;

afterEach(() => prefer({ temperature: "C" }));

test("an axis without values shows the usual span", () => {
  expect(axisSpan(row("spo2"), [null, null])).toEqual([86, 101]);
});

test("values inside the usual span do not move the axis", () => {
  expect(axisSpan(row("heart_rate"), [72, null, 118])).toEqual([45, 130]);
});

test("values beyond it widen the axis by whole steps", () => {
  expect(axisSpan(row("heart_rate"), [38, 154])).toEqual([30, 160]);
});

test("a value on a step does not lie on the edge", () => {
  expect(axisSpan(row("heart_rate"), [40, 160])).toEqual([30, 170]);
});

test("an impossible value cannot press the others flat", () => {
  expect(axisSpan(row("spo2"), [0, 97])).toEqual([70, 101]);
});

test("the span is in the station's unit", () => {
  prefer({ temperature: "F" });
  const [low, high] = axisSpan(row("temperature"), [98.6]);
  expect(low).toBeCloseTo(95.9);
  expect(high).toBeCloseTo(102.2);
});
