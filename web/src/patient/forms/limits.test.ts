import { afterEach, expect, test } from "vitest";
import { prefer } from "../../state/preferences";
import { changedLimits, draftsInForce, keptDrafts, type PatientSettings } from "./limits";

const NONE: PatientSettings = {};

afterEach(() => prefer({ temperature: "C", pressure: "mmHg" }));

test("without settings the profile's limits are in force", () => {
  expect(draftsInForce(NONE, "adult")["heart_rate_high"]).toBe("120");
  expect(draftsInForce(NONE, "system_a")["heart_rate_high"]).toBe("140");
});

test("a rule that was switched off is empty, one that was only delayed keeps its limit", () => {
  const settings: PatientSettings = {
    limits: {
      heart_rate_high: { limit: null },
      spo2_low: { delay_s: 30 },
      spo2_desaturation: null,
    },
  };
  const drafts = draftsInForce(settings, "adult");
  expect([drafts["heart_rate_high"], drafts["spo2_low"]]).toEqual(["", "90"]);
  expect(drafts["spo2_desaturation"]).toBe("80");
});

test("only what was changed is sent, off as null limit and the default as null", () => {
  const settings: PatientSettings = { limits: { spo2_low: { limit: 88 } } };
  const drafts = {
    ...draftsInForce(settings, "adult"),
    heart_rate_high: "130",
    heart_rate_low: "",
    spo2_low: "90",
  };
  expect(changedLimits(drafts, settings, "adult")).toEqual({
    heart_rate_high: { limit: 130 },
    heart_rate_low: { limit: null },
    spo2_low: null,
  });
});

test("a delay that was set before stays when the limit changes", () => {
  const settings: PatientSettings = { limits: { spo2_low: { limit: 88, delay_s: 30 } } };
  const drafts = { ...draftsInForce(settings, "adult"), spo2_low: "86" };
  expect(changedLimits(drafts, settings, "adult")).toEqual({
    spo2_low: { limit: 86, delay_s: 30 },
  });
});

test("limits that nobody touched are not sent, whatever the station's units", () => {
  prefer({ temperature: "F", pressure: "kPa" });
  expect(changedLimits(draftsInForce(NONE, "adult"), NONE, "adult")).toEqual({});
});

test("limits are entered in the station's unit", () => {
  prefer({ temperature: "F" });
  const drafts = { ...draftsInForce(NONE, "adult"), temperature_high: "102.2" };
  expect(changedLimits(drafts, NONE, "adult")).toEqual({ temperature_high: { limit: 39 } });
});

test("what is typed while an answer is under way is not overwritten by it", () => {
  const sent = { heart_rate_high: "130", spo2_low: "88" };
  const typed = { ...sent, heart_rate_high: "140" };
  const inForce = { heart_rate_high: "130", spo2_low: "85" };
  expect(keptDrafts(inForce, typed, sent)).toEqual({ heart_rate_high: "140", spo2_low: "85" });
});
