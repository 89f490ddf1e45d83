import { afterEach, describe, expect, it } from "vitest";
import { systemPartition, systemPicture, systemWorker } from "../state/fixtures";
import { prefer } from "../state/preferences";
import { flowOf, PARTITIONS_DRAWN, WORKERS_DRAWN } from "./flow";

afterEach(() => prefer({ language: "en" }));

describe("the boxes of the data flow", () => {
  it("lead from senders over partitions and workers to store and screens", () => {
    const { boxes } = flowOf(systemPicture());
    expect(boxes.map(({ stage }) => stage)).toEqual([
      "senders",
      "partition",
      "partition",
      "worker",
      "store",
      "live",
      "server",
      "screens",
    ]);
    expect(boxes.some(({ isInTrouble }) => isInTrouble)).toBe(false);
  });

  it("mark what is in trouble, and nothing else", () => {
    const told = systemPicture({
      takes_commits: false,
      partitions: [
        systemPartition(0, { state: "paused" }),
        systemPartition(1, { lag: 1001 }),
        systemPartition(2),
        systemPartition(3, { state: "opening" }),
      ],
      workers: [
        systemWorker({ name: "a", problems: ["the store is slow"] }),
        systemWorker({ name: "b", is_silent: true }),
        systemWorker({ name: "c" }),
      ],
    });
    const troubled = flowOf(told).boxes.filter(({ isInTrouble }) => isInTrouble);
    expect(troubled.map(({ title }) => title)).toEqual([
      "Partition 0",
      "Partition 1",
      "a",
      "b",
      "Store",
    ]);
  });

  it("tell waiting messages, and the state where it is not the usual one, apart", () => {
    const told = systemPicture({
      partitions: [systemPartition(0, { lag: 12 }), systemPartition(1, { state: "unserved" })],
    });
    const [, first, second] = flowOf(told).boxes;
    expect(first?.lines).toEqual(["12 waiting · saving"]);
    expect(second?.lines).toEqual(["0 waiting", "nobody serves it"]);
  });

  it("are bounded, and those in trouble are among those that are drawn", () => {
    const partitions = Array.from({ length: 40 }, (_, n) => systemPartition(n));
    partitions[39] = systemPartition(39, { state: "silent" });
    const workers = Array.from({ length: 40 }, (_, n) => systemWorker({ name: `w${n}` }));
    workers[30] = systemWorker({ name: "w30", is_silent: true });
    const { boxes } = flowOf(systemPicture({ partitions, workers }));
    const titles = boxes.map(({ title }) => title);
    expect(boxes.filter(({ stage }) => stage === "partition")).toHaveLength(PARTITIONS_DRAWN);
    expect(boxes.filter(({ stage }) => stage === "worker")).toHaveLength(WORKERS_DRAWN);
    expect(titles).toContain("Partition 39");
    expect(titles).toContain("w30");
    expect(titles).toContain("33 more partitions");
    expect(titles).toContain("35 more workers");
  });

  it("are a queue and one engine where there are no workers", () => {
    const told = systemPicture({
      kind: "embedded",
      topic: "",
      partitions: [systemPartition(0, { topic: "", worker: "engine" })],
      workers: [systemWorker({ name: "engine", topic: "" })],
    });
    const titles = flowOf(told).boxes.map(({ title }) => title);
    expect(titles).toEqual(["Senders", "Queue", "Engine", "Store", "This server", "Screens"]);
  });

  it("follow the language", () => {
    prefer({ language: "de" });
    expect(flowOf(systemPicture()).boxes[0]?.title).toBe("Sender");
  });
});

describe("the arrows of the data flow", () => {
  it("carry the rates, each once", () => {
    const texts = flowOf(systemPicture()).arrows.flatMap((arrow) => arrow.texts);
    expect(texts).toEqual([
      "20 messages/s",
      "20 readings/s",
      "4.5 commits/s",
      "12 ms each",
      "3.0 messages/s",
      "1.3 messages/s",
    ]);
  });

  it("say what is not known instead of a number", () => {
    const told = systemPicture({ workers: [systemWorker({ readings_per_s: null })] });
    expect(flowOf(told).arrows.flatMap((arrow) => arrow.texts)).toContain("-- readings/s");
  });

  it("are of records where a worker reads admissions", () => {
    const topic = "patient_records";
    const told = systemPicture({
      partitions: [systemPartition(0, { topic, worker: "r" })],
      workers: [systemWorker({ name: "r", topic })],
    });
    const flow = flowOf(told);
    expect(flow.boxes.map(({ title }) => title)).toContain("patient_records/0");
    expect(flow.arrows.flatMap((arrow) => arrow.texts)).toContain("20 records/s");
  });
});
