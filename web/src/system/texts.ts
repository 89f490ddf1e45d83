/** How figures and names of the system are written. */
import { NO_VALUE } from "../format/values";
import type { SystemPartition, SystemPicture } from "../wire/messages";
import { localNumber, named, t } from "../words/words";

/** Longer names of workers lose their middle. */
const NAME_LENGTH_MAX = 26;

/** Below this a rate has a decimal. */
const ROUND_FROM = 10;

/** A rate or a time; null is not known. */
export function figure(value: number | null): string {
  if (value === null) return NO_VALUE;
  return localNumber(value, value < ROUND_FROM && value !== 0 ? 1 : 0);
}

export function count(value: number | null): string {
  return value === null ? NO_VALUE : localNumber(value);
}

export function seconds(value: number | null): string {
  return value === null ? NO_VALUE : t("system.seconds", { n: localNumber(value, 1) });
}

/** `machine:process:start` without the start, which only tells runs of one process apart. */
export function workerName(name: string): string {
  if (name === "engine") return t("system.engine");
  const short = name.replace(/:\d{13}$/, "");
  if (short.length <= NAME_LENGTH_MAX) return short;
  const half = (NAME_LENGTH_MAX - 1) / 2;
  return `${short.slice(0, Math.ceil(half))}…${short.slice(-Math.floor(half))}`;
}

/** `Partition 0`; of another topic than that of the readings with its name. */
export function placeName(told: SystemPicture, { topic, partition }: SystemPartition): string {
  if (told.kind === "embedded") return t("system.queue");
  if (topic !== told.topic) return `${topic}/${partition}`;
  return t("system.partition", { n: partition });
}

export function stateName(state: string): string {
  return named("system.state", state);
}
