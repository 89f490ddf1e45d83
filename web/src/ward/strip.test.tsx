import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hearServerTime, serverNow } from "../state/clock";
import { NOW, patientWire, snapshot } from "../state/fixtures";
import { takeJudgement } from "../state/link";
import { patients, takeSnapshot } from "../state/patients";
import type { Condition } from "../wire/messages";
import { AlarmStrip } from "./strip";

const NOW_MS = Date.parse(NOW);

function condition(rule: string, told: Partial<Condition>): Condition {
  return {
    rule,
    state: "active",
    priority: "medium",
    kind: "physiological",
    vital: "spo2",
    value: 87,
    limit: 90,
    onset: new Date(NOW_MS - 20_000).toISOString(),
    reason: "",
    ...told,
  };
}

const low = condition("spo2_low", {});
const lower = condition("spo2_desaturation", { priority: "high", value: 78, limit: 80 });
const silent = condition("no_signal", { kind: "technical", vital: "", value: null, limit: null });
const soon = condition("spo2_low", { state: "pending" });

function items(): HTMLAnchorElement[] {
  return [...document.querySelectorAll<HTMLAnchorElement>("[data-alarm]")];
}

function show(byPatient: Readonly<Record<string, Condition[]>>): void {
  const wires = Object.entries(byPatient).map(([id, conditions], index) =>
    patientWire(id, { bed: String(index + 1), conditions }),
  );
  takeSnapshot(snapshot(wires));
  render(<AlarmStrip />, document.body);
}

describe("the alarm strip", () => {
  beforeEach(() => {
    vi.stubGlobal(
      "IntersectionObserver",
      class {
        observe(): void {}
        unobserve(): void {}
        disconnect(): void {}
      },
    );
    patients.value = new Map();
    takeJudgement({ silentMs: 0, engineSilentMs: 0, problems: [] }, NOW_MS);
    serverNow.value = 0;
    hearServerTime(NOW_MS);
  });
  afterEach(() => {
    render(null, document.body);
    vi.unstubAllGlobals();
  });

  it("lists alarms of patients by urgency, then the technical ones", () => {
    show({ quiet: [silent], medium: [low], high: [lower, low] });
    expect(items().map((item) => item.dataset["alarm"])).toEqual([
      "spo2_desaturation",
      "spo2_low",
      "spo2_low",
      "no_signal",
    ]);
  });

  it("says mark, bed, what and for how long, and leads to the patient", () => {
    show({ "PT/1": [low] });
    const [item] = items();
    expect(item?.textContent).toBe("** Bed 1 · SpO₂ 87 < 90 · 00:20");
    expect(item?.getAttribute("href")).toBe("/patients/PT%2F1");
    expect(item?.dataset).toMatchObject({ priority: "medium", look: "medium" });
  });

  it("does not list what is not an alarm yet, and says that there is none", () => {
    show({ one: [soon] });
    expect(items()).toEqual([]);
    expect(document.querySelector(".strip")?.textContent).toContain("No alarms");
  });

  it("keeps an item in place while its value changes", () => {
    show({ one: [low] });
    const [before] = items();
    show({ one: [{ ...low, value: 85 }] });
    return vi.waitFor(() => {
      expect(items()[0]).toBe(before);
      expect(before?.textContent).toContain("85 < 90");
    });
  });

  it("stands still while the picture is not live", () => {
    show({ one: [low] });
    takeJudgement({ silentMs: 60_000, engineSilentMs: 0, problems: [] }, NOW_MS);
    serverNow.value = NOW_MS + 60_000;
    return vi.waitFor(() => expect(items()[0]?.textContent).toContain("00:20"));
  });
});
