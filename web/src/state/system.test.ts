import { expect, it } from "vitest";
import { NOW, systemPicture } from "./fixtures";
import { system, takeSystem } from "./system";

it("the newest picture of the data flow is the one that counts", () => {
  for (const lag of [1, 2]) {
    const told = systemPicture({ left_out: lag });
    takeSystem({ type: "system", seq: lag, now: NOW, system: told });
  }
  expect(system.value?.left_out).toBe(2);
});
