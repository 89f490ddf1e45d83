import { expect, test } from "vitest";
import type { Condition, TransitionRow } from "../../wire/messages";
import { alarmColumns, type EpisodeRow } from "./alarm-columns";

const ONSET = "2026-03-01T12:00:00.000Z";
const END = "2026-03-01T12:05:00.000Z";

const EPISODE: EpisodeRow = {
  patient_id: "PT-001",
  rule: "heart_rate_high",
  onset: ONSET,
  ended_at: null,
  priority: "medium",
  kind: "physiological",
  vital: "heart_rate",
};

const TRANSITION: TransitionRow = {
  ...EPISODE,
  at: ONSET,
  state: "active",
  value: 154,
  limit: 120,
  reason: "",
};

const CONDITION: Condition = { ...TRANSITION, state: "active", vital: "heart_rate" };

test("an episode that lasts is open", () => {
  const [column] = alarmColumns([EPISODE], [], []);
  expect(column).toMatchObject({ look: "medium", fromMs: Date.parse(ONSET), toMs: null });
});

test("a live transition to normal ends it, in whatever order transitions come", () => {
  const end: TransitionRow = { ...TRANSITION, at: END, state: "normal" };
  const columns = alarmColumns([], [end, TRANSITION], []);
  expect(columns).toHaveLength(1);
  expect(columns[0]?.toMs).toBe(Date.parse(END));
});

test("the same alarm out of three places is one column", () => {
  expect(alarmColumns([EPISODE], [TRANSITION], [CONDITION])).toHaveLength(1);
});

test("a transition that was heard before the stored episode ended does not open it again", () => {
  const ended = { ...EPISODE, ended_at: END };
  const end: TransitionRow = { ...TRANSITION, at: END, state: "normal" };
  expect(alarmColumns([ended], [TRANSITION, end], [])[0]?.toMs).toBe(Date.parse(END));
});

test("a pending condition is no alarm yet", () => {
  const pending: TransitionRow = { ...TRANSITION, state: "pending", onset: null };
  expect(alarmColumns([], [pending], [])).toEqual([]);
});

test("a missing signal is a gap in the line, not a column", () => {
  const stale: EpisodeRow = { ...EPISODE, rule: "heart_rate_stale", kind: "technical" };
  expect(alarmColumns([stale, { ...EPISODE, rule: "no_signal", vital: null }], [], [])).toEqual([]);
});
