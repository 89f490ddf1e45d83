import { expect, test } from "vitest";
import { VITAL_NAMES } from "../../wire/catalogue";
import type { VitalName, VitalValue } from "../../wire/messages";
import { merged, type Picture, READINGS_MAX, readingsBetween } from "./live-readings";

const NEVER: VitalValue = {
  value: null,
  state: "missing",
  observed_at: null,
  arrived_at: null,
  source: null,
  usual: null,
};
const EMPTY: Picture = {
  vitals: Object.fromEntries(VITAL_NAMES.map((name) => [name, NEVER])) as Picture["vitals"],
  inputs: {},
};
const NOON = "2026-03-01T12:00:00.000Z";
const LATER = "2026-03-01T12:00:01.000Z";

function measured(value: number, at: string, source = "monitor"): VitalValue {
  return { ...NEVER, value, state: "live", observed_at: at, arrived_at: at, source };
}

function withVitals(picture: Picture, vitals: Partial<Record<VitalName, VitalValue>>): Picture {
  return { ...picture, vitals: { ...picture.vitals, ...vitals } };
}

test("values of one source and time are one reading", () => {
  const after = withVitals(EMPTY, { heart_rate: measured(75, NOON), spo2: measured(97, NOON) });
  const [reading, ...others] = readingsBetween(EMPTY, after);
  expect(others).toEqual([]);
  expect(reading).toMatchObject({ timestamp: NOON, source: "monitor", heart_rate: 75, spo2: 97 });
  expect(reading?.systolic_bp).toBeNull();
});

test("what did not come again is in no reading", () => {
  const before = withVitals(EMPTY, { systolic_bp: measured(122, NOON) });
  const after = withVitals(before, { heart_rate: measured(75, LATER) });
  expect(readingsBetween(before, after)).toHaveLength(1);
  expect(readingsBetween(before, after)[0]?.systolic_bp).toBeNull();
  expect(readingsBetween(after, after)).toEqual([]);
});

test("the same value measured again is a reading", () => {
  const before = withVitals(EMPTY, { heart_rate: measured(75, NOON) });
  const after = withVitals(EMPTY, { heart_rate: measured(75, LATER) });
  expect(readingsBetween(before, after)).toHaveLength(1);
});

test("a charted pressure and a monitor's pulse are two readings, the newer one first", () => {
  const after = withVitals(EMPTY, {
    systolic_bp: measured(122, NOON, "chart"),
    heart_rate: measured(75, LATER),
  });
  expect(readingsBetween(EMPTY, after).map((row) => row.source)).toEqual(["monitor", "chart"]);
});

test("charted consciousness alone is a reading, or part of what was charted with it", () => {
  const inputs = { consciousness: { value: "V", at: NOON } };
  expect(readingsBetween(EMPTY, { ...EMPTY, inputs })[0]).toMatchObject({ consciousness: "V" });
  const both = withVitals({ ...EMPTY, inputs }, { temperature: measured(38, NOON, "chart") });
  expect(readingsBetween(EMPTY, both)).toHaveLength(1);
  expect(readingsBetween(EMPTY, both)[0]).toMatchObject({ source: "chart", consciousness: "V" });
});

test("lists are merged newest first, stored rows instead of live ones, twenty at most", () => {
  const live = readingsBetween(EMPTY, withVitals(EMPTY, { heart_rate: measured(75, NOON) }));
  const stored = live.map((row) => ({ ...row, marks: "spo2:na" }));
  expect(merged(live, stored)).toEqual(stored);
  const many = Array.from({ length: 30 }, (_, second) => ({
    ...(live[0] as (typeof live)[number]),
    timestamp: new Date(Date.parse(NOON) + second * 1000).toISOString(),
  }));
  expect(merged(many, stored)).toHaveLength(READINGS_MAX);
  expect(merged(many, stored)[0]?.timestamp).toBe(many[29]?.timestamp);
});

test("one reading that came in two messages is one row", () => {
  const first = readingsBetween(EMPTY, withVitals(EMPTY, { heart_rate: measured(75, NOON) }));
  const second = readingsBetween(EMPTY, withVitals(EMPTY, { spo2: measured(97, NOON) }));
  expect(merged([...second, ...first], [])).toHaveLength(1);
  expect(merged([...second, ...first], [])[0]).toMatchObject({ heart_rate: 75, spo2: 97 });
});
