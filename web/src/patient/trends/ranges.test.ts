import { expect, test } from "vitest";
import { keepRange, RANGES, rangeIn } from "./ranges";

test("the address says the range", () => {
  expect(rangeIn("?range=24h").spanMs).toBe(86_400_000);
});

test("an address that names no range there is gets one hour", () => {
  expect(rangeIn("").name).toBe("1h");
  expect(rangeIn("?range=century").name).toBe("1h");
});

test("a range that is kept is found again, and the rest of the address stays", () => {
  history.replaceState(null, "", "/patients/PT-001?from=ward");
  for (const range of RANGES) {
    keepRange(range);
    expect(rangeIn(location.search)).toBe(range);
  }
  expect(new URLSearchParams(location.search).get("from")).toBe("ward");
});
