import { describe, expect, it } from "vitest";
import { systemPartition, systemPicture, systemWorker } from "../state/fixtures";
import { workerName } from "./texts";
import { sentences } from "./troubles";

describe("the sentences about trouble", () => {
  it("are none when all is well", () => {
    expect(sentences(systemPicture())).toEqual([]);
  });

  it("tell what the server says, who is silent, and who is behind", () => {
    const told = systemPicture({
      takes_commits: false,
      problems: ["patient-vitals: no worker serves partition 1"],
      partitions: [systemPartition(0, { lag: 4200 })],
      workers: [systemWorker({ is_silent: true, heard_s: 12.3 })],
    });
    expect(sentences(told)).toEqual([
      "Not everything can be saved: what is read is shown, and saved once the store answers.",
      "patient-vitals: no worker serves partition 1",
      "a:1 was last heard of 12 s ago.",
      "Partition 0 is 4,200 messages behind: screens show the past.",
    ]);
  });

  it("are none of a worker that ended after others took its partitions", () => {
    const gone = systemWorker({ is_silent: true, partitions: 0, problems: ["slow"] });
    expect(sentences(systemPicture({ workers: [gone] }))).toEqual([]);
  });

  it("leave an engine that is starting to its own words", () => {
    const told = systemPicture({
      kind: "embedded",
      takes_commits: false,
      problems: ["starting: the engine is being brought to where the store stands"],
      partitions: [systemPartition(0, { state: "opening" })],
    });
    expect(sentences(told)).toEqual(told.problems);
  });
});

describe("the name of a worker", () => {
  it("loses the time of its start", () => {
    expect(workerName("ward-7:4711:1795293220515")).toBe("ward-7:4711");
  });

  it("loses its middle when it is long", () => {
    const name = workerName(`${"a".repeat(40)}:4711:1795293220515`);
    expect(name).toHaveLength(26);
    expect(name.endsWith("a:4711")).toBe(true);
  });
});
