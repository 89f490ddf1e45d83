import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hearServerTime, serverNow, serverTime, startClock, stationAheadMs } from "./clock";

const NOON = Date.parse("2026-03-01T12:00:00.000Z");

describe("the server's clock", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOON + 600_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("goes on from what the server said, not from the station's clock", () => {
    hearServerTime(NOON);
    vi.advanceTimersByTime(1_500);
    expect(serverTime()).toBe(NOON + 1_500);
  });

  it("is not moved when somebody sets the station's clock", () => {
    hearServerTime(NOON);
    vi.setSystemTime(NOON - 86_400_000);
    vi.advanceTimersByTime(1_000);
    expect(serverTime()).toBe(NOON + 1_000);
  });

  it("knows how far the station's clock is ahead", () => {
    hearServerTime(NOON);
    expect(stationAheadMs.value).toBe(600_000);
  });

  it("ticks in whole seconds", () => {
    hearServerTime(NOON + 400);
    const end = startClock();
    expect(serverNow.value).toBe(NOON);
    vi.advanceTimersByTime(610);
    expect(serverNow.value).toBe(NOON + 1_000);
    end();
    vi.advanceTimersByTime(5_000);
    expect(serverNow.value).toBe(NOON + 1_000);
  });
});
