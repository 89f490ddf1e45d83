import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const KEY = "wardline.preferences";
const DEFAULTS = {
  theme: "dark",
  language: "en",
  temperature: "C",
  pressure: "mmHg",
  density: "auto",
};

/** The module anew, as when the page is loaded. */
async function loaded() {
  vi.resetModules();
  return import("./preferences");
}

describe("preferences", () => {
  beforeEach(() => localStorage.clear());
  afterEach(() => vi.restoreAllMocks());

  it.each([
    "",
    "not json",
    "null",
    "[]",
    "42",
    '"dark"',
    '{"theme": 7, "language": "xx"}',
    '{"__proto__": {"theme": "light"}}',
  ])("start as usual from broken storage: %s", async (kept) => {
    localStorage.setItem(KEY, kept);
    const { preferences } = await loaded();
    expect(preferences.value).toEqual(DEFAULTS);
  });

  it("keep what is right of a storage that is wrong elsewhere", async () => {
    localStorage.setItem(KEY, '{"theme": "light", "pressure": "bar"}');
    const { preferences } = await loaded();
    expect(preferences.value).toEqual({ ...DEFAULTS, theme: "light" });
  });

  it("start as usual when the browser keeps nothing at all", async () => {
    vi.spyOn(Storage.prototype, "getItem").mockImplementation(() => {
      throw new DOMException("denied", "SecurityError");
    });
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("denied", "SecurityError");
    });
    const { applyPreferences, prefer, preferences } = await loaded();
    const end = applyPreferences();
    prefer({ theme: "contrast" });
    expect(preferences.value.theme).toBe("contrast");
    end();
  });

  it("are kept and told on the document when changed", async () => {
    const { applyPreferences, prefer } = await loaded();
    const end = applyPreferences();
    prefer({ theme: "contrast", language: "de" });
    expect(document.documentElement.dataset["theme"]).toBe("contrast");
    expect(document.documentElement.lang).toBe("de");
    expect(JSON.parse(localStorage.getItem(KEY) ?? "")).toMatchObject({ theme: "contrast" });
    end();
  });

  it("resolve the system's theme on the document, not in what is kept", async () => {
    const { applyPreferences, prefer } = await loaded();
    const end = applyPreferences();
    prefer({ theme: "system" });
    expect(["dark", "light"]).toContain(document.documentElement.dataset["theme"]);
    expect(JSON.parse(localStorage.getItem(KEY) ?? "")).toMatchObject({ theme: "system" });
    end();
  });
});
