/** What trends show besides lines: alarm columns, limits, and the truth of simulated patients. */
import type uPlot from "uplot";
import { inUnit, shown } from "../../format/values";
import type { About, TruthRow, VitalName } from "../../wire/messages";
import { t } from "../../words/words";
import type { AlarmColumn } from "./alarm-columns";
import { fadedColour, themeColour } from "./colours";

const COLUMN_OPACITY = 0.17;
const LIMIT_OPACITY = 0.75;
const CAP_PX = 3;
const TRUTH_PX = 3;
const FONT_PX = 10;
const MARKS = {
  high: "mark.high",
  medium: "mark.medium",
  low: "mark.low",
  technical: null,
} as const;

/** Alarms as columns of their colour, with a cap and their priority's mark on top. */
export function drawAlarms(plot: uPlot, columns: readonly AlarmColumn[]): void {
  const { ctx, bbox } = plot;
  let labelledToX = Number.NEGATIVE_INFINITY;
  ctx.save();
  for (const column of columns) {
    const span = spanOf(plot, column.fromMs, column.toMs);
    if (span === null) continue;
    const [x, width] = span;
    ctx.fillStyle = fadedColour(colourOf(column), COLUMN_OPACITY);
    ctx.fillRect(x, bbox.top, width, bbox.height);
    ctx.fillStyle = themeColour(colourOf(column));
    ctx.fillRect(x, bbox.top, width, CAP_PX * ratio(plot));
    labelledToX = drawMark(plot, column, x, labelledToX);
  }
  ctx.restore();
}

/** Limits that are on, dashed, each with its number. */
export function drawLimits(
  plot: uPlot,
  vitals: readonly VitalName[],
  limits: About["limits"],
): void {
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = fadedColour("--muted", LIMIT_OPACITY);
  ctx.fillStyle = themeColour("--muted");
  prepareText(plot, "400");
  ctx.lineWidth = ratio(plot);
  ctx.setLineDash([4 * ratio(plot), 4 * ratio(plot)]);
  for (const vital of vitals) {
    for (const limit of limits[vital] ?? []) if (limit !== null) drawLimit(plot, vital, limit);
  }
  ctx.restore();
}

/** Truth of simulated patients: bars at the foot. */
export function drawTruth(plot: uPlot, periods: readonly TruthRow[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = themeColour("--link");
  for (const period of periods) {
    const span = spanOf(plot, Date.parse(period.start), Date.parse(period.end));
    const height = TRUTH_PX * ratio(plot);
    if (span !== null) ctx.fillRect(span[0], bbox.top + bbox.height - height, span[1], height);
  }
  ctx.restore();
}

function drawLimit(plot: uPlot, vital: VitalName, limit: number): void {
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(inUnit(vital, limit), "y", true)) + 0.5;
  if (y < bbox.top || y > bbox.top + bbox.height) return;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.fillText(shown(vital, limit), bbox.left + 3 * ratio(plot), y - 3 * ratio(plot));
}

/** Draws a mark unless another one is there already; tells up to where there are marks now. */
function drawMark(plot: uPlot, column: AlarmColumn, x: number, markedToX: number): number {
  const { ctx, bbox } = plot;
  const key = MARKS[column.look];
  const text = key === null ? "?" : t(key);
  prepareText(plot, "700");
  const width = ctx.measureText(text).width + 4 * ratio(plot);
  const left = Math.min(x, bbox.left + bbox.width - width);
  if (left < markedToX) return markedToX;
  ctx.fillStyle = themeColour(`${colourOf(column)}-ink`);
  ctx.fillText(text, left + 2 * ratio(plot), bbox.top + (CAP_PX + FONT_PX) * ratio(plot));
  return left + width;
}

/** Low priority has the technical colour; its mark tells them apart. */
function colourOf(column: AlarmColumn): string {
  return column.look === "low" ? "--technical" : `--${column.look}`;
}

/** Left edge and width of a period in canvas pixels, null outside; open ends reach the edge. */
function spanOf(plot: uPlot, fromMs: number, toMs: number | null): [number, number] | null {
  const { bbox } = plot;
  const right = bbox.left + bbox.width;
  const from = Math.max(bbox.left, plot.valToPos(fromMs, "x", true));
  const to = toMs === null ? right : Math.min(right, plot.valToPos(toMs, "x", true));
  if (from >= right || to < bbox.left) return null;
  return [from, Math.max(2 * ratio(plot), to - from)];
}

function prepareText(plot: uPlot, weight: string): void {
  const { ctx } = plot;
  ctx.font = `${weight} ${FONT_PX * ratio(plot)}px "Inter Variable", system-ui`;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
}

function ratio({ ctx, width }: Pick<uPlot, "ctx" | "width">): number {
  return ctx.canvas.width / width;
}
