/** The data flow as a drawing; the tables below it say the same to those who cannot see it. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { SystemPicture } from "../wire/messages";
import { t } from "../words/words";
import { flowOf } from "./flow";
import { LINE, narrow, type PlacedArrow, type PlacedBox, wide } from "./layout";
import { count, figure } from "./texts";

/** Where boxes side by side would be too small to read, they stand one below the other. */
const isWide = signal(true);
const QUERY = "(min-width: 1000px)";

export function Diagram({ told }: { readonly told: SystemPicture }) {
  useEffect(followWidth, []);
  const placed = isWide.value ? wide(flowOf(told)) : narrow(flowOf(told));
  return (
    <svg
      class="flow"
      data-testid="flow"
      data-wide={isWide.value || undefined}
      viewBox={`0 0 ${placed.width} ${placed.height}`}
      role="img"
      aria-label={textOf(told)}
    >
      {placed.arrows.map((arrow) => (
        <Line key={arrow.id} arrow={arrow} />
      ))}
      {placed.boxes.map((box) => (
        <Node key={box.id} box={box} />
      ))}
      {placed.arrows.map((arrow) => (
        <Texts key={arrow.id} arrow={arrow} />
      ))}
    </svg>
  );
}

function followWidth(): () => void {
  const query = window.matchMedia(QUERY);
  const follow = (): void => {
    isWide.value = query.matches;
  };
  follow();
  query.addEventListener("change", follow);
  return () => query.removeEventListener("change", follow);
}

function textOf(told: SystemPicture): string {
  return t("system.flow_text", {
    partitions: count(told.partition_count),
    workers: count(told.workers.length),
    viewers: count(told.server.viewers),
    readings: figure(told.sums.readings_per_s),
  });
}

function Line({ arrow }: { readonly arrow: PlacedArrow }) {
  return (
    <g class="flow-arrow">
      <path d={arrow.d} />
      <polygon points={arrow.head} />
    </g>
  );
}

function Texts({ arrow }: { readonly arrow: PlacedArrow }) {
  return (
    <g class="flow-rate" data-arrow={arrow.id}>
      {arrow.texts.map((text, place) => (
        <text key={text} x={arrow.x} y={arrow.y + place * LINE} text-anchor={arrow.anchor}>
          {text}
        </text>
      ))}
    </g>
  );
}

function Node({ box }: { readonly box: PlacedBox }) {
  const { x, y, width, height } = box;
  return (
    <g class="flow-box" data-stage={box.stage} data-trouble={box.isInTrouble || undefined}>
      <title>{[box.title, ...box.lines].join(", ")}</title>
      <rect x={x} y={y} width={width} height={height} rx="6" />
      <text class="flow-title" x={x + 12} y={y + LINE + 2}>
        {box.title}
      </text>
      {box.lines.map((line, place) => (
        <text key={line} x={x + 12} y={y + (place + 2) * LINE + 2}>
          {line}
        </text>
      ))}
      {box.isInTrouble && <Mark x={x + width} y={y} />}
    </g>
  );
}

/** At the corner of a box: an exclamation mark, so that no colour is needed to see it. */
function Mark({ x, y }: { readonly x: number; readonly y: number }) {
  return (
    <g class="flow-mark">
      <rect x={x - 26} y={y + 6} width="20" height="20" rx="3" />
      <text x={x - 16} y={y + 21} text-anchor="middle">
        !
      </text>
    </g>
  );
}
