import { afterEach, describe, expect, it } from "vitest";
import { prefer, preferences } from "../state/preferences";
import { VITAL_NAMES, vitalSign } from "../wire/catalogue";
import { decimalsOf, fromUnit, inUnit, limitsText, NO_VALUE, shown, unitOf } from "./values";

const AS_STARTED = preferences.value;

describe("a value on screen", () => {
  afterEach(() => prefer(AS_STARTED));

  it("has the decimals of its vital sign", () => {
    expect(shown("heart_rate", 74.6)).toBe("75");
    expect(shown("temperature", 36.84)).toBe("36.8");
  });

  it("is no number where there is none", () => {
    expect(shown("heart_rate", null)).toBe(NO_VALUE);
  });

  it("is in the station's unit", () => {
    prefer({ temperature: "F", pressure: "kPa" });
    expect([shown("temperature", 37), unitOf("temperature")]).toEqual(["98.6", "°F"]);
    expect([shown("systolic_bp", 120), unitOf("systolic_bp")]).toEqual(["16.0", "kPa"]);
    expect([shown("heart_rate", 75), unitOf("heart_rate")]).toEqual(["75", "/min"]);
  });

  it.each([
    { temperature: "C", pressure: "mmHg" },
    { temperature: "F", pressure: "kPa" },
  ] as const)("comes back the same from what was entered in %o", (units) => {
    prefer(units);
    for (const vital of VITAL_NAMES) {
      for (let value = lowest(vital); value < lowest(vital) + 40; value += 0.7) {
        const text = shown(vital, value);
        expect([vital, shown(vital, fromUnit(vital, Number(text)))]).toEqual([vital, text]);
      }
    }
  });

  it("is sent as it was entered where the units are the wire's", () => {
    expect(fromUnit("temperature", 36.85)).toBe(36.85);
    expect(fromUnit("systolic_bp", 120)).toBe(120);
  });

  it("is sent in the wire's unit from another", () => {
    prefer({ temperature: "F", pressure: "kPa" });
    expect(fromUnit("temperature", 98.6)).toBe(37);
    expect(fromUnit("systolic_bp", 16)).toBe(120);
    expect(inUnit("diastolic_bp", 60)).toBeCloseTo(8, 1);
    expect(decimalsOf("mean_bp")).toBe(1);
  });
});

describe("limits on screen", () => {
  afterEach(() => prefer(AS_STARTED));

  it("say which side is open", () => {
    expect(limitsText("heart_rate", [50, 120])).toBe("50-120");
    expect(limitsText("spo2", [90, null])).toBe("≥90");
    expect(limitsText("heart_rate", [null, 120])).toBe("≤120");
    expect(limitsText("heart_rate", [null, null])).toBe("");
    expect(limitsText("heart_rate", undefined)).toBe("");
  });

  it("are in the station's unit", () => {
    prefer({ pressure: "kPa" });
    expect(limitsText("systolic_bp", [90, 160])).toBe("12.0-21.3");
  });
});

function lowest(vital: (typeof VITAL_NAMES)[number]): number {
  return Math.max(20, vitalSign(vital).hard_low);
}
