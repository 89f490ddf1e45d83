import { beforeEach, describe, expect, it } from "vitest";
import { anomaly, transition } from "./fixtures";
import {
  anomalies,
  FOUND_MAX,
  missedTransitions,
  takeAnomaly,
  takeTransition,
  transitions,
} from "./found";

describe("what was found", () => {
  beforeEach(() => {
    transitions.value = [];
    anomalies.value = [];
    missedTransitions.value = 0;
  });

  it("is newest first, also when an older one is replayed after a newer one", () => {
    for (const seq of [3, 1, 2]) takeTransition(transition(seq));
    expect(transitions.value.map((row) => row.seq)).toEqual([3, 2, 1]);
  });

  it("has a transition once, however often it is replayed", () => {
    takeTransition(transition(1));
    takeTransition(transition(9, { patient_seq: 1, replayed: true }));
    expect(transitions.value).toHaveLength(1);
    expect(missedTransitions.value).toBe(0);
  });

  it("counts a replayed transition that was missed, once", () => {
    for (let time = 0; time < 2; time += 1) takeTransition(transition(4, { replayed: true }));
    expect(missedTransitions.value).toBe(1);
  });

  it("tells apart two patients' transitions of the same number", () => {
    takeTransition(transition(1));
    takeTransition(transition(2, { patient_seq: 1, patient_id: "PT-002" }));
    expect(transitions.value).toHaveLength(2);
  });

  it("keeps no more than its bound, and the newest of them", () => {
    for (let seq = 1; seq <= FOUND_MAX + 5; seq += 1) takeTransition(transition(seq));
    expect(transitions.value).toHaveLength(FOUND_MAX);
    expect(transitions.value[0]?.seq).toBe(FOUND_MAX + 5);
  });

  it("has an anomaly once, newest first, and no more than its bound", () => {
    for (const seq of [2, 1, 2]) takeAnomaly(anomaly(seq));
    expect(anomalies.value.map((row) => row.seq)).toEqual([2, 1]);
    for (let seq = 3; seq <= FOUND_MAX + 5; seq += 1) takeAnomaly(anomaly(seq));
    expect(anomalies.value).toHaveLength(FOUND_MAX);
  });
});
