/**
 * The server's time. The station's own clock is not trusted: every message tells the server's
 * `now`, and the time since is measured on a clock that cannot be set.
 */
import { signal } from "@preact/signals";

/** A station whose own clock is further off than this says so. */
export const STATION_OFF_MIN_MS = 5_000;

/** The server's time, epoch ms, in whole seconds' steps; 0 before the first message. */
export const serverNow = signal(0);

/** How far the station's own clock is ahead of the server's, ms. */
export const stationAheadMs = signal(0);

let serverMs = 0;
let heardAt = 0;

/** The server said what time it is. */
export function hearServerTime(nowMs: number): void {
  serverMs = nowMs;
  heardAt = performance.now();
  stationAheadMs.value = Date.now() - nowMs;
  if (serverNow.peek() === 0) serverNow.value = wholeSecond(nowMs);
}

/** The server's time at this moment, epoch ms; 0 before the first message. */
export function serverTime(): number {
  return serverMs === 0 ? 0 : serverMs + (performance.now() - heardAt);
}

/** Let `serverNow` go on, once a second, right after the second has changed. */
export function startClock(): () => void {
  let timer = 0;
  const tick = (): void => {
    const now = serverTime();
    if (now > 0) serverNow.value = wholeSecond(now);
    timer = window.setTimeout(tick, 1000 - (now % 1000) + 5);
  };
  tick();
  return () => window.clearTimeout(timer);
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
