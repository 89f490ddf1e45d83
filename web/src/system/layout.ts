/** Where boxes and arrows stand: side by side on a wide screen, else one below the other. */
import type { Arrow, Box, Flow, Stage } from "./flow";

export interface PlacedBox extends Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** d: of an SVG path. x, y: where the first text stands, by `anchor`. */
export interface PlacedArrow {
  readonly id: string;
  readonly d: string;
  readonly head: string;
  readonly texts: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly anchor: "start" | "middle" | "end";
}

export interface Placed {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PlacedBox[];
  readonly arrows: readonly PlacedArrow[];
}

export const LINE = 19;
const PADDING = 12;
const GAP = 12;
const HEAD = 7;

/** Left edge and width of each stage's column. */
const COLUMNS: Readonly<Record<Stage, readonly [number, number]>> = {
  senders: [4, 110],
  partition: [254, 216],
  worker: [600, 216],
  store: [956, 156],
  live: [956, 156],
  server: [1222, 124],
  screens: [1486, 110],
};
const WIDE = 1_600;
/** The store stands above the middle, the live topic below it. */
const STORE_AT = 0.22;
const LIVE_AT = 0.8;
const LEAST_HEIGHT = 250;

export function wide(flow: Flow): Placed {
  const partitions = ofStage(flow, "partition");
  const workers = ofStage(flow, "worker");
  const height = Math.max(LEAST_HEIGHT, stackHeight(partitions), stackHeight(workers)) + 8;
  const middles: Partial<Record<Stage, number>> = { store: STORE_AT, live: LIVE_AT };
  const placed = [
    ...stacked(partitions, COLUMNS.partition, height),
    ...stacked(workers, COLUMNS.worker, height),
    ...flow.boxes
      .filter(({ stage }) => stage !== "partition" && stage !== "worker")
      .map((box) => atHeight(box, COLUMNS[box.stage], height * (middles[box.stage] ?? 0.5))),
  ];
  const boxes = flow.boxes.map(({ id }) => found(placed, id));
  const arrows = spread(flow.arrows, boxes).map((arrow) => sideways(arrow, boxes));
  return { width: WIDE, height, boxes, arrows };
}

function ofStage(flow: Flow, wanted: Stage): readonly Box[] {
  return flow.boxes.filter(({ stage }) => stage === wanted);
}

function heightOf(box: Box): number {
  return (1 + box.lines.length) * LINE + PADDING;
}

function stackHeight(boxes: readonly Box[]): number {
  return boxes.reduce((sum, box) => sum + heightOf(box) + GAP, -GAP);
}

function stacked(
  boxes: readonly Box[],
  column: readonly [number, number],
  height: number,
): readonly PlacedBox[] {
  let y = (height - stackHeight(boxes)) / 2;
  return boxes.map((box) => {
    const placed = atHeight(box, column, y + heightOf(box) / 2);
    y += placed.height + GAP;
    return placed;
  });
}

function atHeight(box: Box, [x, width]: readonly [number, number], middle: number): PlacedBox {
  const height = heightOf(box);
  return { ...box, x, y: middle - height / 2, width, height };
}

/** An arrow from every worker in place of one from `worker`; the first one has the texts. */
function spread(arrows: readonly Arrow[], boxes: readonly PlacedBox[]): readonly Arrow[] {
  const workers = boxes.filter(({ stage, id }) => stage === "worker" && id !== "worker-more");
  return arrows.flatMap((arrow) =>
    arrow.from === "worker"
      ? workers.map(({ id }, place) => ({
          ...arrow,
          from: id,
          texts: place === 0 ? arrow.texts : [],
        }))
      : [arrow],
  );
}

function sideways(arrow: Arrow, boxes: readonly PlacedBox[]): PlacedArrow {
  const from = found(boxes, arrow.from);
  const to = found(boxes, arrow.to);
  const start = [from.x + from.width, from.y + from.height / 2] as const;
  const [x, y] = [to.x, to.y + to.height / 2];
  const bend = (start[0] + x) / 2;
  return {
    id: `${arrow.from} > ${arrow.to}`,
    d: `M ${start[0]} ${start[1]} C ${bend} ${start[1]} ${bend} ${y} ${x - HEAD} ${y}`,
    head: `${x},${y} ${x - HEAD},${y - HEAD / 2} ${x - HEAD},${y + HEAD / 2}`,
    texts: arrow.texts,
    x: x - HEAD - 4,
    y: y - 8 - (arrow.texts.length - 1) * LINE,
    anchor: "end",
  };
}

function found(boxes: readonly PlacedBox[], id: string): PlacedBox {
  const box = boxes.find((each) => each.id === id);
  if (box === undefined) throw new RangeError(`no box ${id}`);
  return box;
}

const NARROW = 360;
const EDGE = 12;
const ROWS: readonly (readonly Stage[])[] = [
  ["senders"],
  ["partition"],
  ["worker"],
  ["store", "live"],
  ["server"],
  ["screens"],
];
const BETWEEN = 2 * LINE + 14;

/** Stages one below the other; between two of them one arrow with all that flows there. */
export function narrow(flow: Flow): Placed {
  const boxes: PlacedBox[] = [];
  const arrows: PlacedArrow[] = [];
  let y = 4;
  for (const [place, stages] of ROWS.entries()) {
    if (place > 0) {
      arrows.push(downwards(flow, stages, y));
      y += BETWEEN;
    }
    const row = rowOf(flow, stages, y);
    boxes.push(...row);
    y = Math.max(y, ...row.map((box) => box.y + box.height));
  }
  return { width: NARROW, height: y + 4, boxes, arrows };
}

function rowOf(flow: Flow, stages: readonly Stage[], top: number): readonly PlacedBox[] {
  const all = flow.boxes.filter(({ stage }) => stages.includes(stage));
  const isBeside = stages.length > 1;
  const width = isBeside
    ? (NARROW - 2 * EDGE - (all.length - 1) * GAP) / all.length
    : NARROW - 2 * EDGE;
  let y = top;
  return all.map((box, place) => {
    const x = isBeside ? EDGE + place * (width + GAP) : EDGE;
    const placed = { ...box, x, y, width, height: heightOf(box) };
    if (!isBeside) y += placed.height + GAP / 2;
    return placed;
  });
}

function downwards(flow: Flow, stages: readonly Stage[], y: number): PlacedArrow {
  const ids = new Set(flow.boxes.filter(({ stage }) => stages.includes(stage)).map(({ id }) => id));
  const texts = flow.arrows.filter(({ to }) => ids.has(to)).flatMap((arrow) => arrow.texts);
  const lines = stages[0] === "store" ? [texts.slice(0, 2).join(" · "), ...texts.slice(2)] : texts;
  const [x, end] = [NARROW / 6, y + BETWEEN - 4];
  const shown = lines.slice(0, 2);
  return {
    id: `> ${stages.join(" ")}`,
    d: `M ${x} ${y + 4} L ${x} ${end - HEAD}`,
    head: `${x},${end} ${x - HEAD / 2},${end - HEAD} ${x + HEAD / 2},${end - HEAD}`,
    texts: shown,
    x: x + 14,
    y: y + BETWEEN / 2 + 5 - ((shown.length - 1) * LINE) / 2,
    anchor: "start",
  };
}
