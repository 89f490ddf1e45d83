import { beforeEach, describe, expect, it } from "vitest";
import type { WardAlarm } from "../state/alarms";
import { condition, patientWire, snapshot } from "../state/fixtures";
import { type PatientState, patients, takeSnapshot } from "../state/patients";
import type { Condition } from "../wire/messages";
import { ANNOUNCE_EVERY_MS, Announcing } from "./announcing";

const BEDS = ["1", "2", "3", "4"];

function alarm(bed: string, told: Partial<Condition> = {}): WardAlarm {
  return { patient: patients.value.get(bed) as PatientState, condition: condition(told) };
}

describe("what a screen reader is told", () => {
  let announcing: Announcing;
  beforeEach(() => {
    takeSnapshot(snapshot(BEDS.map((bed) => patientWire(bed, { bed }))));
    announcing = new Announcing();
  });

  function say(alarms: readonly WardAlarm[], nowMs: number) {
    announcing.take(alarms);
    return announcing.say(nowMs);
  }

  it("is nothing while there is no news", () => {
    expect(say([], 0)).toBeNull();
    say([alarm("1")], 0);
    expect(say([alarm("1")], 60_000)).toBeNull();
  });

  it("interrupts for high priority only", () => {
    const said = say([alarm("1"), alarm("2", { priority: "medium" })], 0);
    expect(said?.assertive).toBe("High priority, bed 1: HR 160 > 150");
    expect(said?.polite).toBe("Medium priority, bed 2: HR 160 > 150");
  });

  it("is at most one announcement in five seconds", () => {
    say([alarm("1")], 0);
    expect(say([alarm("1"), alarm("2")], ANNOUNCE_EVERY_MS - 1)).toBeNull();
    expect(announcing.say(ANNOUNCE_EVERY_MS)?.assertive).toContain("bed 2");
  });

  it("sums up when it is much", () => {
    const said = say(
      BEDS.map((bed) => alarm(bed)),
      0,
    );
    expect(said?.assertive).toBe("4 new alarms: bed 1, bed 2, bed 3, bed 4");
  });

  it("is no longer told what ended while it waited", () => {
    say([alarm("1")], 0);
    say([alarm("1"), alarm("2")], 1_000);
    announcing.take([alarm("1")]);
    expect(announcing.say(60_000)).toBeNull();
  });

  it("is told again of an alarm that came back, or got worse", () => {
    say([alarm("1", { priority: "medium" })], 0);
    expect(say([alarm("1")], 6_000)?.assertive).toContain("bed 1");
    say([], 12_000);
    expect(say([alarm("1")], 18_000)?.assertive).toContain("bed 1");
  });

  it("does not call the same alarm news because its value changed", () => {
    say([alarm("1")], 0);
    expect(say([alarm("1", { value: 171 })], 60_000)).toBeNull();
  });
});
