import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hearServerTime, serverNow } from "../state/clock";
import { liveValue, NOW, patientWire, snapshot } from "../state/fixtures";
import { takeJudgement } from "../state/link";
import { patients, takeSnapshot, takeValues } from "../state/patients";
import type { Condition, PatientPatch, PatientWire, VitalValue } from "../wire/messages";
import { places } from "./places";
import { Tile } from "./tile";

const NOW_MS = Date.parse(NOW);
const vitals = patientWire("any").vitals;
const well = { ...vitals, heart_rate: liveValue(75), spo2: liveValue(97) };
const old: VitalValue = { ...liveValue(97), state: "stale" };

function condition(told: Partial<Condition> = {}): Condition {
  return {
    rule: "heart_rate_extreme_high",
    state: "active",
    priority: "high",
    kind: "physiological",
    vital: "heart_rate",
    value: 154,
    limit: 150,
    onset: new Date(NOW_MS - 42_000).toISOString(),
    reason: "",
    ...told,
  };
}

const noSpo2 = condition({
  rule: "spo2_stale",
  priority: "low",
  kind: "technical",
  vital: "spo2",
  limit: null,
});

function tileOf(told: Partial<PatientWire>): HTMLElement {
  takeSnapshot(snapshot([patientWire("PT-012", { bed: "12", vitals: well, ...told })]));
  const place = places.value.find((each) => each.patient?.id === "PT-012");
  if (place?.patient == null) throw new Error("no such place");
  render(<Tile place={place} patient={place.patient} />, document.body);
  const tile = document.querySelector<HTMLElement>(".tile");
  if (tile === null) throw new Error("no tile");
  return tile;
}

function part(tile: HTMLElement, selector: string): string {
  const text = tile.querySelector(selector)?.textContent ?? "absent";
  return text.replaceAll(/\s+/g, " ").trim();
}

function take(patch: Partial<PatientPatch>): void {
  const patient = { patient_id: "PT-012", ...patch };
  takeValues({ type: "values", seq: 2, now: NOW, patients: [patient] });
}

describe("a tile", () => {
  beforeEach(() => {
    vi.stubGlobal("requestAnimationFrame", () => 1);
    patients.value = new Map();
    takeJudgement({ silentMs: 0, engineSilentMs: 0, problems: [] }, NOW_MS);
    serverNow.value = 0;
    hearServerTime(NOW_MS);
  });
  afterEach(() => {
    render(null, document.body);
    vi.unstubAllGlobals();
  });

  it("says who lies where, and that all is well", () => {
    const tile = tileOf({ age: 74, gender: "M" });
    expect(tile.getAttribute("aria-label")).toBe("Bed 12, patient PT-012, normal");
    expect(tile.dataset).toMatchObject({ state: "normal", patient: "PT-012", bed: "12" });
    expect(part(tile, ".tile-who")).toBe("PT-012 · 74 M");
    expect(part(tile, ".tile-foot")).toBe("");
  });

  it("shows each vital sign as a number alone, or as missing", () => {
    const tile = tileOf({});
    expect(part(tile, "[data-vital=heart_rate]")).toBe("75");
    expect(part(tile, "[data-vital=systolic_bp]")).toBe("--");
    expect(tile.querySelectorAll("[data-vital]")).toHaveLength(6);
  });

  it("changes a number in place", () => {
    const tile = tileOf({});
    const value = tile.querySelector("[data-vital=heart_rate]");
    take({ vitals: { heart_rate: liveValue(80) } });
    return vi.waitFor(() => {
      expect(tile.querySelector("[data-vital=heart_rate]")).toBe(value);
      expect(value?.textContent).toBe("80");
    });
  });

  it("says what is wrong, since when, what is usual and how much else there is", () => {
    const value: VitalValue = { ...liveValue(154), usual: [78, 92] };
    const other = condition({ rule: "heart_rate_high", priority: "medium", limit: 120 });
    const tile = tileOf({
      vitals: { ...well, heart_rate: value },
      conditions: [other, condition()],
    });
    expect(tile.dataset).toMatchObject({ state: "alarm", priority: "high", look: "high" });
    expect(part(tile, ".foot-line")).toBe("*** HR 154 > 150 · 00:42 · usually 78-92");
    expect(part(tile, ".foot-more")).toBe("+1");
    expect(part(tile, ".of-heart_rate .arrow")).toBe("▲");
    expect(tile.querySelector<HTMLElement>("[data-vital=heart_rate]")?.dataset["look"]).toBe(
      "high",
    );
    expect(tile.getAttribute("aria-label")).toBe(
      "Bed 12, patient PT-012, HR 154 > 150, high priority alarm",
    );
  });

  it("lets the running time go on", () => {
    const tile = tileOf({ conditions: [condition()] });
    serverNow.value = NOW_MS + 3000;
    return vi.waitFor(() => expect(part(tile, ".foot-since")).toBe("· 00:45"));
  });

  it("hides a stale number and says which, without an alarm's marks", () => {
    const tile = tileOf({ vitals: { ...well, spo2: old }, conditions: [noSpo2] });
    expect(tile.dataset["state"]).toBe("stale");
    expect(part(tile, "[data-vital=spo2]")).toBe("--");
    expect(part(tile, ".foot-line")).toBe("SpO₂ not measured · 00:42");
  });

  it("says since when there is no signal, and nothing of each vital sign", () => {
    const silent = condition({
      rule: "no_signal",
      kind: "technical",
      vital: "",
      priority: "medium",
    });
    const tile = tileOf({ conditions: [noSpo2, silent] });
    expect(tile.dataset["state"]).toBe("no-signal");
    expect(part(tile, ".foot-line")).toMatch(/^No signal since \d\d:\d\d:18$/);
    expect(part(tile, ".foot-more")).toBe("");
  });

  it("says so when nothing has ever come in", () => {
    const tile = tileOf({ last_reading_at: null });
    expect(tile.dataset["state"]).toBe("no-signal");
    expect(part(tile, ".foot-line")).toBe("No signal yet");
  });

  it("shows the pulse rate, named so, while the heart rate is not measured", () => {
    const pulse = { ...well, heart_rate: old, pulse_rate: liveValue(71) };
    const tile = tileOf({ vitals: pulse });
    expect(part(tile, ".of-pulse_rate .label b")).toBe("PR");
    expect(part(tile, "[data-vital=pulse_rate]")).toBe("71");
    expect(part(tile, "[data-vital=heart_rate]")).toBe("--");
    take({ vitals: { heart_rate: liveValue(70) } });
    return vi.waitFor(() => expect(part(tile, "[data-vital=heart_rate]")).toBe("70"));
  });

  it("tells the age of a live value in steps, of a stale one by the second", () => {
    const tile = tileOf({ vitals: { ...well, spo2: old } });
    serverNow.value = NOW_MS + 8000;
    const age = (vital: string) =>
      tile.querySelector(`[data-vital=${vital}]`)?.getAttribute("data-age");
    return vi.waitFor(() => expect([age("heart_rate"), age("spo2")]).toEqual(["5", "8"]));
  });

  it("says how old a cuff's pressure is, once it is not new any more", () => {
    const tile = tileOf({ vitals: { ...well, systolic_bp: liveValue(120) } });
    expect(part(tile, ".cuff-age")).toBe("");
    serverNow.value = NOW_MS + 12 * 60_000;
    return vi.waitFor(() => expect(part(tile, ".cuff-age")).toBe("12 min"));
  });

  it("shows texts from outside as text", () => {
    const text = "<img src=x>";
    const tile = tileOf({ bed: text });
    expect(tile.querySelector("img")).toBeNull();
    expect(part(tile, ".tile-bed")).toBe(text);
  });
});
