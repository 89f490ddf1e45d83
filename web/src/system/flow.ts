/** What the diagram shows: boxes and arrows with their texts. Where they stand is `layout.ts`. */
import type { SystemPartition, SystemPicture, SystemWorker } from "../wire/messages";
import { t } from "../words/words";
import { count, figure, placeName, stateName, workerName } from "./texts";
import { isPartitionInTrouble, isWorkerInTrouble } from "./troubles";

/** Boxes of partitions and of workers at most; those in trouble are drawn rather than others. */
export const PARTITIONS_DRAWN = 8;
export const WORKERS_DRAWN = 6;

/** From left to right. */
export type Stage = "senders" | "partition" | "worker" | "store" | "live" | "server" | "screens";

export interface Box {
  readonly id: string;
  readonly stage: Stage;
  readonly title: string;
  readonly lines: readonly string[];
  readonly isInTrouble: boolean;
}

/** texts: what flows along it; none where another arrow of the same kind tells. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly texts: readonly string[];
}

export interface Flow {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

export function flowOf(told: SystemPicture): Flow {
  const partitions = drawn(told.partitions, isPartitionInTrouble, PARTITIONS_DRAWN);
  const workers = drawn(told.workers, isWorkerInTrouble, WORKERS_DRAWN);
  return {
    boxes: [
      box("senders", t("system.senders")),
      ...partitions.map((partition) => partitionBox(told, partition)),
      ...moreBox("partition", told.partitions.length - partitions.length),
      ...workers.map((worker) => workerBox(worker, told)),
      ...moreBox("worker", told.workers.length - workers.length),
      ...endBoxes(told),
    ],
    arrows: [
      ...inArrows(told, partitions),
      ...workArrows(told, workers, partitions),
      ...outArrows(told),
    ],
  };
}

/** In their order, and as many as fit. */
function drawn<Each>(
  all: readonly Each[],
  isInTrouble: (each: Each) => boolean,
  most: number,
): readonly Each[] {
  if (all.length <= most) return all;
  const some = [...all.filter(isInTrouble), ...all.filter((each) => !isInTrouble(each))];
  const chosen = new Set(some.slice(0, most - 1));
  return all.filter((each) => chosen.has(each));
}

function box(stage: Stage, title: string, lines: readonly string[] = [], isInTrouble = false): Box {
  return { id: stage, stage, title, lines, isInTrouble };
}

function moreBox(stage: "partition" | "worker", left: number): readonly Box[] {
  if (left === 0) return [];
  return [{ ...box(stage, t(`system.more_${stage}s`, { n: left })), id: `${stage}-more` }];
}

function partitionBox(told: SystemPicture, partition: SystemPartition): Box {
  const waiting = t("system.lag", { n: count(partition.lag) });
  const state = told.kind === "embedded" ? [] : [stateName(partition.state)];
  return {
    id: partitionId(partition),
    stage: "partition",
    title: placeName(told, partition),
    lines: partition.state === "saving" ? [[waiting, ...state].join(" · ")] : [waiting, ...state],
    isInTrouble: isPartitionInTrouble(partition),
  };
}

function workerBox(worker: SystemWorker, told: SystemPicture): Box {
  const own = told.partitions.filter((partition) => partition.worker === worker.name);
  const patients = own.reduce((sum, partition) => sum + partition.patients, 0);
  const isInTrouble = isWorkerInTrouble(worker);
  const word = worker.is_silent ? "silent" : isInTrouble ? "trouble" : "well";
  return {
    id: workerId(worker.name),
    stage: "worker",
    title: workerName(worker.name),
    lines: [
      stateName(word),
      t("system.patients", { n: count(patients) }),
      t("system.commit_lag", { n: figure(worker.commit_lag_s) }),
    ],
    isInTrouble,
  };
}

function endBoxes(told: SystemPicture): readonly Box[] {
  const { viewers, viewers_max: max } = told.server;
  const live = box("live", t("system.live_topic"));
  return [
    storeBox(told),
    ...(told.kind === "workers" ? [live] : []),
    box("server", t("system.server")),
    box("screens", t("system.screens"), [
      t("system.viewers", { n: count(viewers), max: count(max) }),
    ]),
  ];
}

function storeBox(told: SystemPicture): Box {
  const takes = told.takes_commits;
  const word = takes === null ? "takes_unknown" : takes ? "takes" : "takes_not";
  return box("store", t("system.store"), [told.store, t(`system.${word}`)], takes === false);
}

function inArrows(told: SystemPicture, partitions: readonly SystemPartition[]): readonly Arrow[] {
  const key = told.kind === "embedded" ? "system.readings_per_s" : "system.messages_per_s";
  const text = t(key, { n: figure(told.sums.messages_per_s) });
  return partitions.map((partition, place) => ({
    from: "senders",
    to: partitionId(partition),
    texts: place === 0 ? [text] : [],
  }));
}

function workArrows(
  told: SystemPicture,
  workers: readonly SystemWorker[],
  partitions: readonly SystemPartition[],
): readonly Arrow[] {
  return workers.flatMap((worker) => {
    const kind = worker.topic === told.topic ? "readings" : "records";
    const texts = [t(`system.${kind}_per_s`, { n: figure(worker.readings_per_s) })];
    const own = partitions.filter((partition) => partition.worker === worker.name);
    const to = workerId(worker.name);
    return own.map((partition, place) => ({
      from: partitionId(partition),
      to,
      texts: place === 0 ? texts : [],
    }));
  });
}

/** From workers on; arrows from `worker` begin at every one of them. */
function outArrows({ kind, sums, server }: SystemPicture): readonly Arrow[] {
  const commits = [
    t("system.commits_per_s", { n: figure(sums.commits_per_s) }),
    t("system.commit_ms", { n: figure(sums.commit_ms) }),
  ];
  const told = [t("system.messages_per_s", { n: figure(sums.told_per_s) })];
  const sent = [t("system.messages_per_s", { n: figure(server.messages_per_s) })];
  const news: readonly Arrow[] =
    kind === "workers"
      ? [
          { from: "worker", to: "live", texts: told },
          { from: "live", to: "server", texts: [] },
        ]
      : [{ from: "worker", to: "server", texts: [] }];
  return [
    { from: "worker", to: "store", texts: commits },
    ...news,
    { from: "store", to: "server", texts: [] },
    { from: "server", to: "screens", texts: sent },
  ];
}

function partitionId({ topic, partition }: SystemPartition): string {
  return `partition ${topic}/${partition}`;
}

function workerId(name: string): string {
  return `worker ${name}`;
}
