/** What of the data flow is in trouble, and in which words. */
import type { SystemPartition, SystemPicture, SystemWorker } from "../wire/messages";
import { localNumber, t } from "../words/words";
import { placeName, workerName } from "./texts";

/** More messages than this that wait are too many: the same as in the alerts of Prometheus. */
export const LAG_MAX = 1_000;

const WELL = new Set(["saving", "opening"]);

export function isBehind({ lag }: SystemPartition): boolean {
  return lag !== null && lag > LAG_MAX;
}

export function isPartitionInTrouble(partition: SystemPartition): boolean {
  return !WELL.has(partition.state) || isBehind(partition);
}

/** A silent worker whose partitions others have taken over has just ended: that is no trouble. */
export function isWorkerInTrouble(worker: SystemWorker): boolean {
  return worker.is_silent ? worker.partitions > 0 : worker.problems.length > 0;
}

/** One sentence for each trouble; what the server says is in its words. */
export function sentences(told: SystemPicture): readonly string[] {
  return [
    ...storeSentence(told),
    ...told.problems,
    ...told.workers
      .filter((worker) => worker.is_silent && isWorkerInTrouble(worker))
      .map(silentSentence),
    ...told.partitions
      .filter((partition) => told.kind === "workers" && isBehind(partition))
      .map((partition) => behindSentence(told, partition)),
  ];
}

function storeSentence(told: SystemPicture): readonly string[] {
  if (told.takes_commits !== false) return [];
  // An engine that is starting says so itself.
  if (told.partitions.some(({ state }) => state === "opening")) return [];
  const isEmbedded = told.kind === "embedded";
  return [t(isEmbedded ? "system.trouble.store_embedded" : "system.trouble.store")];
}

function silentSentence({ name, heard_s }: SystemWorker): string {
  return t("system.trouble.silent", { worker: workerName(name), n: localNumber(heard_s) });
}

function behindSentence(told: SystemPicture, partition: SystemPartition): string {
  const n = localNumber(partition.lag ?? 0);
  return t("system.trouble.behind", { place: placeName(told, partition), n });
}
