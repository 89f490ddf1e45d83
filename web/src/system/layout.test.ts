import { describe, expect, it } from "vitest";
import { systemPartition, systemPicture, systemWorker } from "../state/fixtures";
import { flowOf } from "./flow";
import { narrow, type Placed, type PlacedBox, wide } from "./layout";

const MANY = systemPicture({
  partitions: Array.from({ length: 30 }, (_, n) =>
    systemPartition(n, { worker: `w${n % 9}`, state: n % 2 ? "paused" : "saving" }),
  ),
  workers: Array.from({ length: 9 }, (_, n) => systemWorker({ name: `w${n}` })),
});
const PICTURES = [
  systemPicture(),
  MANY,
  systemPicture({ partitions: [], workers: [] }),
  systemPicture({ kind: "embedded", partitions: [systemPartition(0)], workers: [systemWorker()] }),
];

function meet(a: PlacedBox, b: PlacedBox): boolean {
  const isBeside = a.x + a.width <= b.x || b.x + b.width <= a.x;
  return !isBeside && a.y < b.y + b.height && b.y < a.y + a.height;
}

function spilling({ width, height, boxes }: Placed): readonly string[] {
  return boxes
    .filter((box) => box.x < 0 || box.y < 0)
    .concat(boxes.filter((box) => box.x + box.width > width || box.y + box.height > height))
    .map(({ id }) => id);
}

describe.each([
  ["wide", wide],
  ["narrow", narrow],
])("the %s drawing", (_, layout) => {
  it("has every box inside and apart from all others", () => {
    for (const told of PICTURES) {
      const placed = layout(flowOf(told));
      expect(spilling(placed)).toEqual([]);
      const pairs = placed.boxes.flatMap((a, n) =>
        placed.boxes.slice(n + 1).filter((b) => meet(a, b)),
      );
      expect(pairs).toEqual([]);
    }
  });

  it("names its boxes in the order of the flow", () => {
    for (const told of PICTURES) {
      const flow = flowOf(told);
      expect(layout(flow).boxes.map(({ id }) => id)).toEqual(flow.boxes.map(({ id }) => id));
    }
  });

  it("keeps every rate that there is", () => {
    for (const told of PICTURES) {
      const flow = flowOf(told);
      const shown = layout(flow)
        .arrows.flatMap((arrow) => arrow.texts)
        .join(" ");
      const wanted = told.workers.length > 0 ? ["messages/s", "readings/s", "ms each"] : [];
      for (const text of told.kind === "workers" ? wanted : ["readings/s", "ms each"])
        expect(shown).toContain(text);
    }
  });
});

describe("the wide drawing", () => {
  it("leads from every worker to the store, and tells the rate of all of them once", () => {
    const arrows = wide(flowOf(MANY)).arrows.filter(({ id }) => id.endsWith("> store"));
    expect(arrows).toHaveLength(5);
    expect(arrows.filter(({ texts }) => texts.length > 0)).toHaveLength(1);
  });
});
