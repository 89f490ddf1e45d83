import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { go, patientPath, route, routeOf, startRouting } from "./route";

const HOSTILE = [
  "PT-001",
  "a/b",
  "../overview",
  "..",
  ".",
  "%2e%2e",
  "50%",
  "a?b=c",
  "a#b",
  "a b+c",
  "<img src=x onerror=alert(1)>",
  "javascript:alert(1)",
  "//evil.example",
  "مريض ١",
  "患者\u{1F9D1}",
  "\\\\host\\share",
];

describe("the address of a page", () => {
  it.each(HOSTILE)("leads to the patient and nobody else: %s", (id) => {
    const address = new URL(patientPath(id), "http://ward.test");
    expect(address.host).toBe("ward.test");
    expect(routeOf(address.pathname, address.search)).toEqual({ page: "patient", patientId: id });
  });

  it.each(["overview", "admissions", "system"] as const)("names the page: %s", (page) => {
    expect(routeOf(`/${page}`)).toEqual({ page });
  });

  it("is the ward for anything unknown", () => {
    for (const path of ["/", "/patients/", "/nothing"]) expect(routeOf(path).page).toBe("ward");
  });

  it("is taken as it is when its escapes are broken", () => {
    expect(routeOf("/patients/50%")).toEqual({ page: "patient", patientId: "50%" });
  });
});

describe("going to another page", () => {
  let end: () => void;
  beforeEach(() => {
    end = startRouting();
    go("/");
  });
  afterEach(() => end());

  it("follows plain clicks on links inside the console", () => {
    expect(clickOnLink({ button: 0 })).toBe(true);
    expect(route.value.page).toBe("overview");
  });

  it("leaves clicks that open another tab to the browser", () => {
    for (const keys of [{ ctrlKey: true }, { metaKey: true }, { shiftKey: true }, { button: 1 }])
      expect(clickOnLink(keys)).toBe(false);
    expect(route.value.page).toBe("ward");
  });

  it("follows the browser's back button", () => {
    history.replaceState(null, "", "/overview");
    window.dispatchEvent(new PopStateEvent("popstate"));
    expect(route.value.page).toBe("overview");
  });
});

/** Whether the console took a click on one of its links for itself. */
function clickOnLink(keys: MouseEventInit): boolean {
  const link = document.createElement("a");
  link.href = "/overview";
  link.dataset["inside"] = "";
  document.body.append(link);
  let isTaken = false;
  const look = (event: Event): void => {
    isTaken = event.defaultPrevented;
    // Keeps the tests' window where it is.
    event.preventDefault();
  };
  window.addEventListener("click", look, { once: true });
  link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ...keys }));
  link.remove();
  return isTaken;
}
