import { expect, test } from "vitest";
import type { Score } from "../wire/messages";
import { knownShare, news2Level } from "./news2-response";

const NOTHING = {
  respiratory_rate: 0,
  spo2: 0,
  on_oxygen: 0,
  systolic_bp: 0,
  heart_rate: 0,
  consciousness: 0,
  temperature: 0,
};

function scoreOf(parts: Readonly<Record<string, number | null>>): Score {
  const all = { ...NOTHING, ...parts };
  const known = Object.values(all).filter((part) => part !== null);
  const sum = known.reduce((a, b) => a + b, 0);
  const complete = known.length === 7;
  const total = complete ? sum : null;
  return { name: "news2", total, at_least: sum, complete, risk: null, parts: all };
}

test.each([
  [{}, "patient.news2.zero"],
  [{ spo2: 1 }, "patient.news2.low"],
  [{ spo2: 2, temperature: 2 }, "patient.news2.low"],
  [{ consciousness: 3 }, "patient.news2.single_three"],
  [{ consciousness: 3, spo2: 1 }, "patient.news2.single_three"],
  [{ consciousness: 3, spo2: 2 }, "patient.news2.urgent"],
  [{ spo2: 2, heart_rate: 2, temperature: 2 }, "patient.news2.urgent"],
  [{ spo2: 3, heart_rate: 3, temperature: 1 }, "patient.news2.emergency"],
])("points %o ask for %s", (parts, response) => {
  expect(news2Level(scoreOf(parts)).response).toBe(response);
});

test("a partial score asks for what its known points reach already", () => {
  const level = news2Level(scoreOf({ spo2: 3, heart_rate: 3, temperature: 1, on_oxygen: null }));
  expect(level).toMatchObject({
    points: 7,
    isComplete: false,
    response: "patient.news2.emergency",
  });
});

test("a partial score says how many parts are known", () => {
  expect(knownShare(scoreOf({ consciousness: null, on_oxygen: null }))).toBe("5/7");
});
