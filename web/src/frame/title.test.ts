import { describe, expect, it } from "vitest";
import { condition, patientWire, snapshot } from "../state/fixtures";
import { takeSnapshot } from "../state/patients";
import { tabTitle, urgentCount } from "./title";

describe("the tab's title", () => {
  it("begins with the number of alarms, if there are any", () => {
    expect(tabTitle(2, true, "Ward")).toBe("(2) Wardline · Ward");
    expect(tabTitle(0, true, "Ward")).toBe("Wardline · Ward");
  });

  it("tells no number of a picture that is not the present", () => {
    expect(tabTitle(2, false, "Ward")).toBe("NOT LIVE · Wardline · Ward");
  });

  it("counts alarms of high and medium priority about patients", () => {
    const conditions = [
      condition(),
      condition({ rule: "spo2_low", priority: "medium" }),
      condition({ rule: "temperature_high", priority: "low" }),
      condition({ rule: "check_spo2", kind: "technical" }),
      condition({ rule: "heart_rate_high", state: "pending" }),
    ];
    takeSnapshot(snapshot([patientWire("A", { conditions })]));
    expect(urgentCount.value).toBe(2);
  });
});
