import { beforeEach, describe, expect, it } from "vitest";
import { patientWire, snapshot } from "../state/fixtures";
import { takeSnapshot } from "../state/patients";
import { places } from "./places";
import { found, markOf, sought } from "./sought";

function foundIds(text: string): (string | undefined)[] | undefined {
  sought.value = text;
  return found.value?.map((place) => place.patient?.id);
}

describe("the finder", () => {
  beforeEach(() => {
    const wires = [
      patientWire("PT-011", { bed: "1" }),
      patientWire("PT-001", { bed: "11" }),
      patientWire("PT-003", { bed: "3", ward: "Stroke Unit" }),
      patientWire("<b> ", { bed: "4" }),
    ];
    takeSnapshot(snapshot(wires));
  });

  it("finds nothing and nobody while nothing is typed", () => {
    expect(foundIds("  ")).toBeUndefined();
    expect(markOf("any")).toBeUndefined();
  });

  it("puts an exact bed before a bed that begins so", () => {
    expect(foundIds("11")?.[0]).toBe("PT-001");
    expect(foundIds("1")).toEqual(["PT-011", "PT-001"]);
  });

  it("finds by patient and by ward, whatever the case", () => {
    expect(foundIds("pt-003")).toEqual(["PT-003"]);
    expect(foundIds("stroke")).toEqual(["PT-003"]);
  });

  it("finds ids that look like markup", () => {
    expect(foundIds("<b>")).toEqual(["<b> "]);
  });

  it("marks what fits and what does not", () => {
    foundIds("PT-003");
    const marks = places.value.map((place) => [place.patient?.id, markOf(place.key)]);
    expect(Object.fromEntries(marks)).toEqual({
      "PT-011": "no",
      "PT-001": "no",
      "PT-003": "yes",
      "<b> ": "no",
    });
  });

  it("says when nobody is found", () => {
    expect(foundIds("nobody")).toEqual([]);
  });
});
