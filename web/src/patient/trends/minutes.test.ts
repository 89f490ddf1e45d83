import { expect, test } from "vitest";
import type { WindowRow } from "../../wire/messages";
import { drawnAt, MINUTE_MS, MinuteStore, minutesBetween } from "./minutes";

const START = Date.parse("2026-03-01T12:00:00Z");

function windowRow(startMs: number, mean: number): WindowRow {
  return {
    patient_id: "PT-001",
    window_start: new Date(startMs).toISOString(),
    width_s: 60,
    vital: "heart_rate",
    count: 60,
    min: mean - 4,
    max: mean + 6,
    mean,
    revision: 0,
  };
}

test("live values make a minute with their mean and extremes", () => {
  const store = new MinuteStore();
  for (const [index, value] of [70, 80, 75].entries()) {
    store.takeValue("heart_rate", value, START + index * 1000);
  }
  expect(store.at("heart_rate", START)).toEqual({
    mean: 75,
    min: 70,
    max: 80,
    count: 3,
    isDraft: true,
  });
});

test("the engine's window takes the place of what was gathered live, and live values of it no more", () => {
  const store = new MinuteStore();
  store.takeValue("heart_rate", 200, START);
  store.takeWindow(windowRow(START, 75));
  store.takeValue("heart_rate", 300, START + 30_000);
  expect(store.at("heart_rate", START)).toMatchObject({ mean: 75, max: 81, isDraft: false });
});

test("a window that comes again with late values replaces the one before", () => {
  const store = new MinuteStore();
  store.takeWindow(windowRow(START, 75));
  store.takeWindow({ ...windowRow(START, 77), revision: 1 });
  expect(store.at("heart_rate", START)?.mean).toBe(77);
});

test("a minute without a value is a gap", () => {
  const store = new MinuteStore();
  store.takeWindow(windowRow(START, 75));
  store.takeWindow(windowRow(START + 2 * MINUTE_MS, 76));
  const starts = minutesBetween(START, START + 2 * MINUTE_MS);
  expect(store.columns("heart_rate", starts)).toEqual({
    mean: [75, null, 76],
    min: [71, null, 72],
    max: [81, null, 82],
  });
});

test("what is older than the longest range is let go", () => {
  const store = new MinuteStore();
  store.takeWindow(windowRow(START, 75));
  store.takeWindow(windowRow(START + MINUTE_MS, 76));
  store.forgetBefore(START + 1);
  expect(store.at("heart_rate", START)).toBeUndefined();
  expect(store.at("heart_rate", START + MINUTE_MS)).toBeDefined();
});

test("a day has 1,441 minutes when it starts within one", () => {
  expect(minutesBetween(START + 30_000, START + 30_000 + 86_400_000)).toHaveLength(1441);
});

test("minutes are drawn in their middle, the running one in the middle of what is over", () => {
  expect(drawnAt([START, START + MINUTE_MS], START + MINUTE_MS + 20_000)).toEqual([
    START + 30_000,
    START + MINUTE_MS + 10_000,
  ]);
});
