/**
 * The last hour of a vital sign as a line without axes: minute means, the value of now as its last
 * point, a gap where nothing was measured, the normal limits as a band. Its colour is the canvas'
 * CSS colour. Drawn anew only when something of it changed.
 */
import { type ReadonlySignal, useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Range } from "../wire/messages";
import { drawNever, drawSoon, observeCanvas, type Pixels, themeChanges } from "./canvas";
import { bandOf, linesOf, type Point, type Series, scaleOf } from "./sparkline-shape";

export interface SparklineProps {
  readonly series: ReadonlySignal<Series>;
  readonly limits: ReadonlySignal<Range | undefined>;
  /** The height stands for at least so much, in the unit of the series. */
  readonly leastSpan: number;
}

const BAND_ALPHA = 0.1;
const LINE_CSS_PX = 1.5;

/** A sparkline that fills its CSS box. Screen readers are told elsewhere. */
export function Sparkline({ series, limits, leastSpan }: SparklineProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pixels = useRef<Pixels>({ width: 0, height: 0 });
  const draw = useRef(() => {
    if (canvas.current === null || pixels.current.width === 0) return;
    drawOn(canvas.current, pixels.current, series.peek(), limits.peek(), leastSpan);
  }).current;
  // One text for all that is drawn: equal ones are no change.
  const content = useComputed(() => JSON.stringify([series.value, limits.value]));
  const theme = themeChanges();
  useSignalEffect(() => {
    void content.value;
    void theme.value;
    drawSoon(draw);
  });
  useEffect(() => {
    if (canvas.current === null) return undefined;
    const end = observeCanvas(canvas.current, (size) => {
      pixels.current = size;
      drawSoon(draw);
    });
    return () => {
      end();
      drawNever(draw);
    };
  }, []);
  return (
    <span class="sparkline" aria-hidden="true">
      <canvas ref={canvas} />
    </span>
  );
}

function drawOn(
  canvas: HTMLCanvasElement,
  { width, height }: Pixels,
  series: Series,
  range: Range | undefined,
  leastSpan: number,
): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  context.clearRect(0, 0, width, height);
  const line = LINE_CSS_PX * devicePixelRatio;
  const scale = scaleOf(series, range, leastSpan);
  const colour = getComputedStyle(canvas).color;
  context.fillStyle = colour;
  context.strokeStyle = colour;
  drawBand(context, width, bandOf(range, scale, height));
  // The value of now is a dot; it stays whole at the right edge.
  const lines = linesOf(series, scale, width - line * 1.5, height);
  drawLines(context, lines, line);
  const now = series.at(-1) === null ? undefined : lines.at(-1)?.at(-1);
  if (now !== undefined) drawDot(context, now, line * 1.4);
}

function drawBand(
  context: CanvasRenderingContext2D,
  width: number,
  band: readonly [number, number] | null,
): void {
  if (band === null) return;
  context.globalAlpha = BAND_ALPHA;
  context.fillRect(0, band[0], width, band[1] - band[0]);
  context.globalAlpha = 1;
}

function drawLines(context: CanvasRenderingContext2D, lines: Point[][], thickness: number): void {
  context.lineWidth = thickness;
  context.lineJoin = "round";
  context.beginPath();
  for (const line of lines) {
    line.forEach(({ x, y }, index) => {
      if (index === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
  }
  context.stroke();
  for (const [only, second] of lines) {
    if (only !== undefined && second === undefined) drawDot(context, only, thickness);
  }
}

function drawDot(context: CanvasRenderingContext2D, at: Point, radius: number): void {
  context.beginPath();
  context.arc(at.x, at.y, radius, 0, Math.PI * 2);
  context.fill();
}
