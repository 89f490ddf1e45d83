import { afterEach, describe, expect, it } from "vitest";
import { anomaly } from "../state/fixtures";
import { prefer, preferences } from "../state/preferences";
import { ANOMALIES_SHOWN, recentAnomalies, scoreText, usualText } from "./anomaly-rows";

const AS_STARTED = preferences.value;
const FEVER = anomaly(1, {
  vital: "temperature",
  value: 39,
  usual_mean: 37,
  usual_deviation: 0.5,
});

function at(second: number) {
  return anomaly(second, { at: new Date(1_000 * second).toISOString() });
}

describe("recent anomalies", () => {
  afterEach(() => prefer(AS_STARTED));

  it("are newest first, whether stored or just found", () => {
    const all = recentAnomalies([at(3), at(1)], [at(2), at(4)]);
    expect(all.map((row) => Date.parse(row.at) / 1_000)).toEqual([4, 3, 2, 1]);
  });

  it("are there once when both stored and found", () => {
    expect(recentAnomalies([at(1)], [at(1)])).toHaveLength(1);
  });

  it("are told apart by vital sign", () => {
    const pulse = { ...at(1), vital: "pulse_rate" as const };
    expect(recentAnomalies([at(1)], [pulse])).toHaveLength(2);
  });

  it("are no more than the newest that are shown", () => {
    const found = Array.from({ length: ANOMALIES_SHOWN + 9 }, (_, index) => at(index));
    const all = recentAnomalies([], found);
    expect(all).toHaveLength(ANOMALIES_SHOWN);
    expect(Date.parse(all[0]?.at ?? "") / 1_000).toBe(ANOMALIES_SHOWN + 8);
  });

  it("say their deviation in the station's unit, without its zero point", () => {
    expect(usualText(FEVER)).toBe("37.0 ± 0.5");
    prefer({ temperature: "F" });
    expect(usualText(FEVER)).toBe("98.6 ± 0.9");
  });

  it("say with a sign whether the value is above or below", () => {
    expect(scoreText(anomaly(1))).toBe("+4.2");
    expect(scoreText(anomaly(1, { score: -3.05 }))).toMatch(/^-3\.[01]$/);
  });
});
