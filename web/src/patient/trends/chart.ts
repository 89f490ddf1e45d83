/** One row's chart. Draws what it is told, no more often than it is told. */
import uPlot from "uplot";
import { clockText } from "../../format/times";
import { inUnit } from "../../format/values";
import { preferences } from "../../state/preferences";
import type { VitalName } from "../../wire/messages";
import { fadedColour, themeColour } from "./colours";
import { drawnAt, minutesBetween } from "./minutes";
import { drawAlarms, drawLimits, drawTruth } from "./painting";
import { axisSpan, type TrendRow } from "./rows";
import type { TrendFeed } from "./trend-feed";

const SYNC_KEY = "trends";
const Y_AXIS_WIDTH = 36;
const TIME_AXIS_HEIGHT = 22;
const FONT = '11px "Inter Variable", system-ui, sans-serif';
const LABEL_HALF_PX = 20;
const BAND_OPACITY = 0.2;
const GRID_OPACITY = 0.22;

/** How charts tell, and are told, which minute is pointed at (its start, epoch ms). */
export interface Pointing {
  point(startMs: number | null): void;
}

type Values = (number | null)[];

export class TrendChart {
  readonly #plot: uPlot;
  readonly #row: TrendRow;
  readonly #feed: TrendFeed;
  #starts: readonly number[] = [];

  /** `isLast`: the one that carries the time axis. */
  constructor(
    place: HTMLElement,
    row: TrendRow,
    feed: TrendFeed,
    pointing: Pointing,
    isLast: boolean,
  ) {
    this.#row = row;
    this.#feed = feed;
    const cursor = this.#cursor(pointing);
    this.#plot = new uPlot(
      { ...options(place, row, isLast), ...cursor, ...this.#hooks() },
      [[]],
      place,
    );
  }

  /** Draw the range that ends now. */
  draw(nowMs: number): void {
    const fromMs = nowMs - this.#feed.range.peek().spanMs;
    this.#starts = minutesBetween(fromMs, nowMs);
    const triples = this.#row.vitals.map((vital) => this.#series(vital));
    const series = triples.flat();
    const times = drawnAt(this.#starts, nowMs);
    const means = triples.flatMap(([mean]) => mean);
    const [low, high] = axisSpan(this.#row, [...means, ...this.#limits()]);
    const plot = this.#plot;
    plot.batch(() => {
      plot.setData([times, ...series] as uPlot.AlignedData, false);
      plot.setScale("x", { min: fromMs, max: nowMs });
      plot.setScale("y", { min: low, max: high });
    });
  }

  /** Draw again with the theme's colours. */
  redraw(): void {
    this.#plot.redraw(true, true);
  }

  /** Fit the place it is in. */
  fit(width: number, height: number): void {
    const { width: before, height: beforeHeight } = this.#plot;
    if (width > 0 && height > 0 && (width !== before || height !== beforeHeight)) {
      this.#plot.setSize({ width, height });
    }
  }

  /** Show the cursor at a minute, on all charts alike. */
  point(startMs: number): void {
    const left = this.#plot.valToPos(startMs + 30_000, "x");
    this.#plot.setCursor({ left, top: 1 });
  }

  end(): void {
    this.#plot.destroy();
  }

  /** Limits that are on, so that the axis shows them. */
  #limits(): number[] {
    const { limits } = this.#feed.patient.about.peek();
    return this.#row.vitals.flatMap((vital) =>
      (limits[vital] ?? []).flatMap((limit) => (limit === null ? [] : [inUnit(vital, limit)])),
    );
  }

  #series(vital: VitalName): [Values, Values, Values] {
    const { mean, min, max } = this.#feed.store.columns(vital, this.#starts);
    const converted = (values: readonly (number | null)[]): Values =>
      values.map((value) => (value === null ? null : inUnit(vital, value)));
    return [converted(mean), converted(max), converted(min)];
  }

  #cursor(pointing: Pointing): Pick<uPlot.Options, "cursor"> {
    return {
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: false, y: false },
        sync: { key: SYNC_KEY, setSeries: false },
        bind: { dblclick: () => null },
        move: (plot, left, top) => {
          const index = left < 0 ? -1 : plot.posToIdx(left);
          pointing.point(this.#starts[index] ?? null);
          return [left, top];
        },
      },
    };
  }

  #hooks(): Pick<uPlot.Options, "hooks"> {
    const { vitals, alarmsToo = [] } = this.#row;
    const alarming = [...vitals, ...alarmsToo];
    const about = this.#feed.patient.about;
    return {
      hooks: {
        drawClear: [
          (plot) => {
            const own = this.#feed.columns().filter((column) => alarming.includes(column.vital));
            drawAlarms(plot, own);
          },
        ],
        draw: [
          (plot) => {
            drawLimits(plot, vitals, about.peek().limits);
            drawTruth(plot, ofRow(this.#feed.truth.peek(), vitals));
          },
        ],
      },
    };
  }
}

function ofRow<Row extends { readonly vital: string | null }>(
  rows: readonly Row[],
  vitals: readonly string[],
): readonly Row[] {
  return rows.filter(({ vital }) => vital === null || vital === "" || vitals.includes(vital));
}

function options(place: HTMLElement, row: TrendRow, isLast: boolean): uPlot.Options {
  return {
    width: Math.max(50, place.clientWidth),
    height: Math.max(50, place.clientHeight),
    ms: 1,
    legend: { show: false },
    padding: [6, 0, isLast ? 0 : 6, 0],
    scales: {
      x: { time: true, auto: false },
      y: { auto: false, range: (_plot, min, max) => [min, max] },
    },
    series: [{}, ...row.vitals.flatMap((_, index) => seriesOf(row, index))],
    bands: row.vitals.map((_, index) => ({
      series: [index * 3 + 2, index * 3 + 3] as uPlot.Band.Bounds,
      fill: () => fadedColour(row.colour, BAND_OPACITY),
    })),
    axes: [timeAxis(isLast), valueAxis()],
  };
}

function seriesOf(row: TrendRow, index: number): uPlot.Series[] {
  const stroke = (): string => themeColour(row.colour);
  // The second vital sign of heart rate is the pulse: dashed, so that they can be told apart.
  const isPulse = row.vitals[index] === "pulse_rate";
  const line: uPlot.Series = {
    stroke,
    width: 1.6,
    spanGaps: false,
    points: { show: false, filter: alone, size: 5, width: 0, fill: stroke },
    ...(isPulse ? { dash: [2, 3] } : {}),
  };
  const edge: uPlot.Series = { width: 0, spanGaps: false, points: { show: false } };
  return [line, edge, { ...edge }];
}

/** One minute or two between gaps make no line that could be seen; they are dots. */
function alone(plot: uPlot, index: number): number[] {
  const values = plot.data[index] ?? [];
  const isThere = (at: number): boolean => values[at] !== null && values[at] !== undefined;
  const found: number[] = [];
  for (let at = 0; at < values.length; at += 1) {
    const [two, one, next, afterNext] = [at - 2, at - 1, at + 1, at + 2].map(isThere);
    const isInLine = one ? two || next : next && afterNext;
    if (isThere(at) && !isInLine) found.push(at);
  }
  return found;
}

function timeAxis(isLast: boolean): uPlot.Axis {
  return {
    stroke: () => themeColour("--muted"),
    font: FONT,
    size: isLast ? TIME_AXIS_HEIGHT : 0,
    space: 90,
    gap: 4,
    ticks: { show: false },
    grid: { stroke: () => fadedColour("--muted", GRID_OPACITY), width: 1 },
    values: (plot, splits) =>
      splits.map((time) => {
        // A label over the left edge would be cut.
        const isWhole = plot.valToPos(time, "x") > LABEL_HALF_PX;
        return isLast && isWhole ? timeLabel(time) : "";
      }),
  };
}

function valueAxis(): uPlot.Axis {
  return {
    side: 1,
    stroke: () => themeColour("--muted"),
    font: FONT,
    size: Y_AXIS_WIDTH,
    space: 34,
    gap: 6,
    ticks: { show: false },
    grid: { show: false },
  };
}

/** `14:30`; at midnight the day, `21 Nov`. */
function timeLabel(timeMs: number): string {
  const clock = clockText(timeMs).slice(0, 5);
  if (clock !== "00:00") return clock;
  const { language } = preferences.peek();
  return new Date(timeMs).toLocaleDateString(language, { day: "numeric", month: "short" });
}
