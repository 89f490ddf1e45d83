import { beforeEach, describe, expect, it } from "vitest";
import { patientWire, snapshot } from "../state/fixtures";
import { takeSnapshot } from "../state/patients";
import { filter, filters, filtersOf, followAddress, queryOf, shownPlaces } from "./filters";

describe("the filters of the ward", () => {
  beforeEach(() => {
    history.replaceState(null, "", "/");
    filter({ ward: "", state: "" });
    takeSnapshot(
      snapshot([patientWire("one"), patientWire("two", { ward: "Step-down & care", bed: "2" })]),
    );
  });

  it("are read from the address and written the same", () => {
    const asked = { ward: "Step-down & care", state: "no-signal" } as const;
    expect(filtersOf(queryOf(asked))).toEqual(asked);
    expect(queryOf({ ward: "", state: "" })).toBe("");
  });

  it("ignore a state that does not exist", () => {
    expect(filtersOf("?state=<img>").state).toBe("");
  });

  it("leave only what was asked for", () => {
    filter({ ward: "Step-down & care" });
    expect(shownPlaces.value.map((place) => place.patient?.id)).toEqual(["two"]);
    filter({ state: "alarm" });
    expect(shownPlaces.value).toEqual([]);
  });

  it("stand in the address while the ward is shown, and only then", () => {
    const end = followAddress();
    filter({ ward: "ICU-1" });
    expect(location.search).toBe("?ward=ICU-1");
    end();
    filter({ ward: "" });
    expect(location.search).toBe("?ward=ICU-1");
  });

  it("leave the address of another page alone", () => {
    history.replaceState(null, "", "/patients/one?range=1h");
    const end = followAddress();
    filter({ ward: "ICU-1" });
    expect(location.search).toBe("?range=1h");
    end();
  });

  it("follow the browser's back button", () => {
    const end = followAddress();
    history.replaceState(null, "", "/?state=normal");
    window.dispatchEvent(new PopStateEvent("popstate"));
    expect(filters.value).toEqual({ ward: "", state: "normal" });
    end();
  });
});
