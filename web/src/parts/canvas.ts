/** Canvases in device pixels: one observer for all, and one frame for all that have to be drawn. */
import { type ReadonlySignal, signal } from "@preact/signals";

export interface Pixels {
  readonly width: number;
  readonly height: number;
}

type Sized = (pixels: Pixels) => void;

const calls = new WeakMap<Element, Sized>();
let observer: ResizeObserver | null = null;

/** Tell the size of a canvas in device pixels, now and whenever it changes. */
export function observeCanvas(canvas: HTMLCanvasElement, sized: Sized): () => void {
  observer ??= new ResizeObserver(tellSizes);
  calls.set(canvas, sized);
  observe(observer, canvas);
  return () => {
    calls.delete(canvas);
    observer?.unobserve(canvas);
  };
}

function observe(by: ResizeObserver, canvas: HTMLCanvasElement): void {
  try {
    by.observe(canvas, { box: "device-pixel-content-box" });
  } catch {
    // Browsers without exact device pixels: rounded ones then.
    by.observe(canvas);
  }
}

function tellSizes(entries: ResizeObserverEntry[]): void {
  for (const entry of entries) {
    const exact = entry.devicePixelContentBoxSize?.[0];
    const { width, height } = entry.contentRect;
    const pixels = {
      width: exact?.inlineSize ?? Math.round(width * devicePixelRatio),
      height: exact?.blockSize ?? Math.round(height * devicePixelRatio),
    };
    calls.get(entry.target)?.(pixels);
  }
}

const waiting = new Set<() => void>();
let frame = 0;

/** Draw before the next picture; once, however often it is asked for. */
export function drawSoon(draw: () => void): void {
  waiting.add(draw);
  if (frame === 0) frame = requestAnimationFrame(drawAll);
}

/** Draw no more. */
export function drawNever(draw: () => void): void {
  waiting.delete(draw);
}

function drawAll(): void {
  frame = 0;
  const all = [...waiting];
  waiting.clear();
  for (const draw of all) draw();
}

const changes = signal(0);
let isWatching = false;

/** Changes when the theme on the document does, so that colours are read again. */
export function themeChanges(): ReadonlySignal<number> {
  if (!isWatching) {
    isWatching = true;
    new MutationObserver(() => {
      changes.value += 1;
    }).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  }
  return changes;
}
