import { describe, expect, it } from "vitest";
import type { Score } from "../wire/messages";
import { knownText, riskOf, totalText } from "./news-badge";

function score(told: Partial<Score>): Score {
  const parts = { respiratory_rate: 3, spo2: 0, consciousness: null };
  return { name: "news2", total: null, at_least: 3, complete: false, risk: null, parts, ...told };
}

describe("NEWS2 on a tile", () => {
  it("is a total only when everything is known", () => {
    const whole = score({ total: 12, complete: true });
    expect([totalText(whole), knownText(whole)]).toEqual(["12", ""]);
  });

  it("is a least total, and how much of it is known, when something is missing", () => {
    expect([totalText(score({})), knownText(score({}))]).toEqual(["≥ 3", "· 2/3"]);
  });

  it("is coloured by its risk when that is certain: whole, or high already", () => {
    expect(riskOf(score({ total: 3, complete: true, risk: "low" }))).toBe("low");
    expect(riskOf(score({ at_least: 7 }))).toBe("high");
    expect(riskOf(score({ at_least: 6 }))).toBeUndefined();
    expect(riskOf(undefined)).toBeUndefined();
  });

  it("is nothing when nothing is known", () => {
    expect([totalText(undefined), knownText(undefined)]).toEqual(["--", ""]);
    const unknown = score({ at_least: null, parts: { spo2: null } });
    expect([totalText(unknown), knownText(unknown)]).toEqual(["--", ""]);
  });
});
