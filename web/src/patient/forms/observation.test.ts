import { afterEach, expect, test } from "vitest";
import { prefer } from "../../state/preferences";
import { keptText, observationOf } from "./observation";

function form(entered: Readonly<Record<string, string>>): FormData {
  const given = new FormData();
  for (const [name, value] of Object.entries(entered)) given.set(name, value);
  return given;
}

afterEach(() => prefer({ temperature: "C", pressure: "mmHg" }));

test("what was left empty is absent", () => {
  const entered = form({ temperature: "", consciousness: "", on_oxygen: "", systolic_bp: " " });
  expect(observationOf(entered, "nurse Kim")).toEqual({ actor: "nurse Kim" });
});

test("oxygen is true or false, consciousness one of its letters", () => {
  const entered = form({ on_oxygen: "false", consciousness: "V" });
  expect(observationOf(entered, "Kim")).toEqual({
    actor: "Kim",
    on_oxygen: false,
    consciousness: "V",
  });
});

test("numbers go out in the wire's units", () => {
  prefer({ temperature: "F", pressure: "kPa" });
  const entered = form({ temperature: "100.4", systolic_bp: "16" });
  expect(observationOf(entered, "Kim")).toMatchObject({ temperature: 38, systolic_bp: 120 });
});

test("the answer says what is kept, and not what was lost", () => {
  const observation = { actor: "Kim", temperature: 37.2, consciousness: "A", on_oxygen: true };
  expect(keptText(observation)).toBe("Kept: Temp 37.2 °C, Alert, oxygen.");
  expect(keptText({ actor: "Kim", temperature: 99 }, new Set(["temperature"]))).toBe("");
});
