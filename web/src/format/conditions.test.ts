import { afterEach, describe, expect, it } from "vitest";
import { condition, liveValue } from "../state/fixtures";
import { prefer, preferences } from "../state/preferences";
import { CONDITIONS } from "../wire/catalogue";
import { conditionSentence, conditionText, usuallyText } from "./conditions";

const AS_STARTED = preferences.value;
const LOW_PRESSURE = condition({
  rule: "systolic_bp_low",
  vital: "systolic_bp",
  value: 80,
  limit: 90,
});

describe("a condition in words", () => {
  afterEach(() => prefer(AS_STARTED));

  it("is vital sign, value, sign and limit", () => {
    expect(conditionText(condition())).toBe("HR 160 > 150");
    expect(conditionText(LOW_PRESSURE)).toBe("SBP 80 < 90");
  });

  it("is in the station's units and language", () => {
    prefer({ pressure: "kPa", language: "de" });
    expect(conditionText(LOW_PRESSURE)).toBe("SYS 10.7 < 12.0");
    expect(conditionSentence(LOW_PRESSURE)).toContain("10.7 kPa");
  });

  it("says what state it is in, unless it is plainly active", () => {
    expect(conditionSentence(condition())).not.toContain("pending");
    expect(conditionSentence(condition({ state: "clearing" }))).toContain("ending");
  });

  it("never says that a value breaks a limit which it no longer breaks", () => {
    const inside = condition({ state: "clearing", value: 148 });
    expect(conditionText(inside)).toBe("HR 148, was > 150");
    expect(conditionSentence(inside)).toContain("was above the limit of 150/min, now 148/min");
    expect(conditionText({ ...LOW_PRESSURE, value: 92 })).toBe("SBP 92, was < 90");
    const active = conditionSentence({ ...LOW_PRESSURE, value: 90 });
    expect(active).toBe("Systolic blood pressure was below the limit of 90 mmHg, now 90 mmHg.");
  });

  it("needs no vital sign", () => {
    const silent = condition({ rule: "no_signal", kind: "technical", vital: "", value: null });
    expect(conditionText(silent)).toBe("No signal");
  });

  it("leaves no place open, whichever the condition and whatever is missing", () => {
    for (const rule of CONDITIONS) {
      const known = condition({ rule });
      for (const row of [known, { ...known, value: null, limit: null }]) {
        expect(`${conditionText(row)} ${conditionSentence(row)}`).not.toMatch(/[{}]|null|NaN/);
      }
    }
  });

  it("says what is usual only once that was learnt", () => {
    expect(usuallyText(condition(), liveValue(160))).toBe("");
    expect(usuallyText(condition(), { ...liveValue(160), usual: [78, 92] })).toBe("usually 78-92");
  });
});
