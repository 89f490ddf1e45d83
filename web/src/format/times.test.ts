import { afterEach, describe, expect, it } from "vitest";
import { prefer } from "../state/preferences";
import { ageMs, ageText, clockText, momentText, ms, stopwatch } from "./times";

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

describe("times on screen", () => {
  afterEach(() => prefer({ language: "en" }));

  it("run as minutes and seconds, with hours from the first hour on", () => {
    const times = [0, 42, 3_599, 3_600, 11_229].map((s) => stopwatch(s * SECOND));
    expect(times).toEqual(["00:00", "00:42", "59:59", "1:00:00", "3:07:09"]);
  });

  it("never run below zero", () => {
    expect(stopwatch(-5_000)).toBe("00:00");
    expect(ageText(-5_000)).toBe("0 s");
    expect(ageMs("2026-03-01T12:00:09Z", Date.parse("2026-03-01T12:00:00Z"))).toBe(0);
  });

  it("are aged in their largest unit", () => {
    const ages = [59_999, 60_000, HOUR - 1, HOUR, 48 * HOUR - 1, 48 * HOUR].map(ageText);
    expect(ages).toEqual(["59 s", "1 min", "59 min", "1 h", "47 h", "2 d"]);
  });

  it("are unknown before the server said what time it is", () => {
    expect(ageMs("2026-03-01T12:00:00Z", 0)).toBeNull();
    expect(ageMs(null, 1)).toBeNull();
    expect(ms(null)).toBeNull();
  });

  it("count the day from zero hours", () => {
    const midnight = new Date(2026, 2, 1, 0, 0, 7).getTime();
    expect(clockText(midnight)).toBe("00:00:07");
    expect(clockText(midnight + 14 * HOUR)).toBe("14:00:07");
  });

  it("name the day when it is not today", () => {
    const noon = new Date(2026, 2, 1, 12, 0).getTime();
    expect(momentText(noon, noon + HOUR)).toBe("12:00");
    expect(momentText(noon, noon + 24 * HOUR)).toMatch(/1.*Mar.*12:00|Mar.*1.*12:00/);
    prefer({ language: "de" });
    expect(momentText(noon, noon + 24 * HOUR)).toContain("1. März 12:00");
  });
});
