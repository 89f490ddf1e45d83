import { expect, test } from "vitest";
import type { TransitionMessage } from "../../wire/messages";
import { type StoredTransition, transitionHistory } from "./history";

function stored(seq: number): StoredTransition {
  return {
    patient_id: "PT-001",
    seq,
    at: "2026-03-01T12:00:00.000Z",
    rule: "heart_rate_high",
    state: "active",
    priority: "medium",
    kind: "physiological",
    vital: "heart_rate",
    value: 154,
    limit: 120,
    reason: "",
    onset: null,
  };
}

function live(place: number, patientId = "PT-001"): TransitionMessage {
  const { seq: _, ...row } = stored(place);
  return {
    ...row,
    type: "transition",
    seq: 1000 + place,
    patient_seq: place,
    patient_id: patientId,
  };
}

test("live ones stand above stored ones, each place of the patient's order once", () => {
  const rows = transitionHistory([live(4), live(3)], [stored(3), stored(2)], "PT-001");
  expect(rows.map((row) => row.patient_seq)).toEqual([4, 3, 2]);
});

test("other patients' transitions are left out", () => {
  expect(transitionHistory([live(4, "PT-002")], [], "PT-001")).toEqual([]);
});
