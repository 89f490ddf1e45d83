import { render } from "preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hearServerTime } from "../state/clock";
import { type PatientState, patients, takeSnapshot, takeValues } from "../state/patients";
import { VITAL_NAMES } from "../wire/catalogue";
import type { PatientWire, VitalState, VitalValue } from "../wire/messages";
import { News2Card } from "./news2";
import { LastKnown, VitalNumber } from "./vital-number";

const NOW = "2026-03-01T12:10:00.000Z";
const NEVER: VitalValue = {
  value: null,
  state: "missing",
  observed_at: null,
  arrived_at: null,
  source: null,
  usual: null,
};

function heartRate(value: number, state: VitalState, at: string): VitalValue {
  return { ...NEVER, value, state, observed_at: at, arrived_at: at };
}

const WIRE: PatientWire = {
  patient_id: "PT-001",
  ward: "ICU-1",
  bed: "12",
  admission_id: null,
  age: 78,
  gender: "F",
  condition: null,
  profile: "adult",
  spo2_scale: 1,
  limits: {},
  last_reading_at: NOW,
  clock_skew_s: null,
  vitals: Object.fromEntries(VITAL_NAMES.map((name) => [name, NEVER])) as PatientWire["vitals"],
  inputs: { heart_rate: { value: 135, at: "2026-03-01T12:09:56.000Z" } },
  conditions: [],
  scores: [],
  trend: { end: 0, means: {} },
};

let place: HTMLElement;

beforeEach(() => {
  place = document.createElement("div");
  hearServerTime(Date.parse(NOW));
  takeSnapshot({ type: "snapshot", seq: 1, now: NOW, patients: [WIRE], beds: [] });
});

afterEach(() => render(null, place));

function patient(): PatientState {
  return patients.peek().get("PT-001") as PatientState;
}

function measure(value: VitalValue): void {
  const patch = { patient_id: "PT-001", vitals: { heart_rate: value } };
  takeValues({ type: "values", seq: 2, now: NOW, patients: [patch] });
}

test("a live number changes in place, without its element being made anew", async () => {
  measure(heartRate(72, "live", NOW));
  render(<VitalNumber patient={patient()} vital="heart_rate" />, place);
  const element = place.querySelector("[data-vital=heart_rate]");
  expect(element?.textContent).toBe("72");
  measure(heartRate(73, "live", NOW));
  await vi.waitFor(() => expect(element?.textContent).toBe("73"));
  expect(place.querySelector("[data-vital=heart_rate]")).toBe(element);
});

test("a number that is not live is no number; the last one stands under it with its age", () => {
  measure(heartRate(72, "stale", "2026-03-01T11:58:00.000Z"));
  render(
    <>
      <VitalNumber patient={patient()} vital="heart_rate" />
      <LastKnown patient={patient()} vital="heart_rate" />
    </>,
    place,
  );
  expect(place.querySelector("[data-vital]")?.textContent).toBe("--");
  expect(place.querySelector(".last-known")?.textContent).toBe("72, 12 min ago");
});

test("a partial NEWS2 is no total: it says at least, how many parts, and which are missing", () => {
  const parts = {
    respiratory_rate: null,
    spo2: null,
    on_oxygen: null,
    systolic_bp: null,
    heart_rate: 3,
    consciousness: null,
    temperature: null,
  };
  patient().scores.value = [
    { name: "news2", total: null, at_least: 3, complete: false, risk: null, parts },
  ];
  render(<News2Card patient={patient()} />, place);
  expect(place.querySelector("[data-testid=news2-total]")?.textContent).toBe("≥ 3");
  expect(place.textContent).toContain("1/7");
  const text = (part: string): string =>
    place.querySelector(`[data-part=${part}]`)?.textContent ?? "";
  expect(text("heart_rate")).toBe("Pulse1354 s3");
  expect(text("temperature")).toContain("missing");
  expect(place.querySelectorAll('[data-points=""]')).toHaveLength(6);
});
