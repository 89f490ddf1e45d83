/** Times and ages as a screen shows them. Clock times are the station's time zone, 24 hours. */
import { preferences } from "../state/preferences";
import type { Time } from "../wire/messages";
import { t } from "../words/words";

/** Epoch ms of a time of the wire, null for none. */
export function ms(time: Time | null): number | null {
  return time === null ? null : Date.parse(time);
}

/** How long ago, ms, never negative; null when unknown. */
export function ageMs(time: Time | null, nowMs: number): number | null {
  return time === null || nowMs === 0 ? null : Math.max(0, nowMs - Date.parse(time));
}

/** A running time as `00:42`, `12:05` (minutes and seconds) or `3:07:09`. */
export function stopwatch(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  const pair = (n: number): string => String(n).padStart(2, "0");
  const minutesAndSeconds = `${pair(Math.floor((seconds % 3600) / 60))}:${pair(seconds % 60)}`;
  return seconds < 3600 ? minutesAndSeconds : `${Math.floor(seconds / 3600)}:${minutesAndSeconds}`;
}

/** An age in its largest unit: `4 s`, `12 min`, `2 h`, `3 d`. */
export function ageText(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  if (seconds < 60) return t("age.seconds", { n: seconds });
  if (seconds < 3600) return t("age.minutes", { n: Math.floor(seconds / 60) });
  if (seconds < 2 * 86_400) return t("age.hours", { n: Math.floor(seconds / 3600) });
  return t("age.days", { n: Math.floor(seconds / 86_400) });
}

/** `14:03:27`. */
export function clockText(timeMs: number): string {
  return new Date(timeMs).toLocaleTimeString("en-GB", { hour12: false });
}

/** `14:03`, and the day before it when that is not today. */
export function momentText(timeMs: number, nowMs: number): string {
  const date = new Date(timeMs);
  const clock = clockText(timeMs).slice(0, 5);
  if (date.toDateString() === new Date(nowMs).toDateString()) return clock;
  const day = date.toLocaleDateString(preferences.value.language, {
    day: "numeric",
    month: "short",
  });
  return `${day} ${clock}`;
}
