import { beforeEach, describe, expect, it } from "vitest";
import type { Condition } from "../wire/messages";
import { byUrgency, isPresent, lookOf, onConditions, tileState, wardAlarms } from "./alarms";
import { condition, patientWire, snapshot } from "./fixtures";
import { type PatientState, patients, takeSnapshot } from "./patients";

const NO_SIGNAL = condition({
  rule: "no_signal",
  kind: "technical",
  vital: "",
  priority: "medium",
});
const STALE = condition({ rule: "spo2_stale", kind: "technical", vital: "spo2", priority: "low" });

function withConditions(...conditions: Condition[]): PatientState {
  takeSnapshot(snapshot([patientWire("A", { conditions })]));
  return patients.value.get("A") as PatientState;
}

describe("alarms", () => {
  beforeEach(() => takeSnapshot(snapshot([])));

  it("are the conditions that are on: pending is not yet, unknown stays", () => {
    const states = ["pending", "active", "clearing", "unknown"] as const;
    const on = onConditions(states.map((state) => condition({ state })));
    expect(on.map((row) => row.state)).toEqual(["active", "unknown", "clearing"]);
  });

  it("are sorted by kind, whether they last, priority, then age", () => {
    const rows = [
      condition({ rule: "ending", state: "clearing" }),
      condition({ rule: "technical", kind: "technical", priority: "high" }),
      condition({ rule: "late", onset: "2026-03-01T12:00:09Z" }),
      condition({ rule: "medium", priority: "medium", onset: "2026-03-01T08:00:00Z" }),
      condition({ rule: "early", onset: "2026-03-01T12:00:01Z" }),
    ];
    const sorted = rows.sort(byUrgency).map((row) => row.rule);
    expect(sorted).toEqual(["early", "late", "medium", "ending", "technical"]);
  });

  it("look technical when they are, whatever their priority", () => {
    expect(lookOf(condition({ kind: "technical", priority: "high" }))).toBe("technical");
    expect(lookOf(condition({ priority: "medium" }))).toBe("medium");
  });

  it("go before no signal, and no signal before stale, in a tile's state", () => {
    expect(tileState(withConditions())).toBe("normal");
    expect(tileState(withConditions(STALE))).toBe("stale");
    expect(tileState(withConditions(STALE, NO_SIGNAL))).toBe("no-signal");
    expect(tileState(withConditions(STALE, NO_SIGNAL, condition()))).toBe("alarm");
  });

  it("do not make a tile an alarm while they are only pending", () => {
    expect(tileState(withConditions(condition({ state: "pending" })))).toBe("normal");
  });

  it("name a silent patient once, not once for every vital sign", () => {
    withConditions(STALE, NO_SIGNAL);
    expect(wardAlarms.value.map((row) => row.condition.rule)).toEqual(["no_signal"]);
  });

  it("name a cuff that does not measure once, not once for every pressure", () => {
    const rules = ["mean_bp_stale", "systolic_bp_stale", "diastolic_bp_stale"];
    withConditions(STALE, ...rules.map((rule) => ({ ...STALE, rule })));
    const named = wardAlarms.value.map((row) => row.condition.rule);
    expect(named).toEqual([STALE.rule, "systolic_bp_stale"]);
    withConditions({ ...STALE, rule: "diastolic_bp_stale" });
    expect(wardAlarms.value).toHaveLength(1);
  });

  it("know who has no reading yet as without signal", () => {
    takeSnapshot(snapshot([patientWire("A", { last_reading_at: null })]));
    expect(tileState(patients.value.get("A") as PatientState)).toBe("no-signal");
  });

  it("count as present who has a bed or readings", () => {
    const gone = patientWire("A", { last_reading_at: null, bed: null });
    const walking = patientWire("B", { bed: null });
    takeSnapshot(snapshot([gone, walking]));
    expect([...patients.value.values()].map(isPresent)).toEqual([false, true]);
  });
});
