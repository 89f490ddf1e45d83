import { clockText, momentText } from "../format/times";

/** `14:03:27`, with the day before it when that is not today. */
export function timeText(timeMs: number, nowMs: number): string {
  const seconds = clockText(timeMs).slice("14:03".length);
  return `${momentText(timeMs, nowMs)}${seconds}`;
}
