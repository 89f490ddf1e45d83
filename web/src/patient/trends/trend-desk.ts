/** Keeps the charts of one patient: draws them together, sizes them, and lets them point together. */
import { effect, type Signal, signal } from "@preact/signals";
import { serverNow, serverTime } from "../../state/clock";
import { preferences } from "../../state/preferences";
import { type Pointing, TrendChart } from "./chart";
import { onThemeChange } from "./colours";
import { MINUTE_MS, minuteOf } from "./minutes";
import type { TrendRow } from "./rows";
import type { TrendFeed } from "./trend-feed";

const DRAW_EVERY_MIN_MS = 1000;
/** A chart moves by about a pixel between two drawings. */
const STEPS_PER_RANGE = 900;

export class TrendDesk implements Pointing {
  readonly feed: TrendFeed;
  /** Start of the minute that is pointed at, epoch ms. */
  readonly pointedMs: Signal<number | null> = signal(null);

  readonly #charts = new Map<HTMLElement, TrendChart>();
  readonly #resize = new ResizeObserver((entries) => this.#fit(entries));
  readonly #ends: (() => void)[] = [];
  #drawnAtMs = 0;
  #timer = 0;

  constructor(feed: TrendFeed) {
    this.feed = feed;
    this.#ends.push(effect(() => this.#follow()));
    this.#ends.push(effect(() => this.#move()));
    this.#ends.push(effect(() => this.#listen()));
    this.#ends.push(onThemeChange(() => this.#redraw()));
  }

  end(): void {
    window.clearTimeout(this.#timer);
    for (const end of this.#ends) end();
    this.#resize.disconnect();
    for (const chart of this.#charts.values()) chart.end();
    this.#charts.clear();
  }

  /** Put a chart into an element; returns how to take it away. */
  addChart(place: HTMLElement, row: TrendRow, isLast: boolean): () => void {
    const chart = new TrendChart(place, row, this.feed, this, isLast);
    this.#charts.set(place, chart);
    this.#resize.observe(place);
    this.#drawSoon();
    return () => {
      this.#resize.unobserve(place);
      this.#charts.delete(place);
      chart.end();
    };
  }

  point(startMs: number | null): void {
    this.pointedMs.value = startMs;
  }

  /** Point at a minute so many minutes before now, from the keyboard. */
  pointBack(minutes: number): void {
    const start = minuteOf(serverTime()) - minutes * MINUTE_MS;
    for (const chart of this.#charts.values()) chart.point(start);
    this.pointedMs.value = start;
  }

  /** What a person did, or waits for, is drawn at once. */
  #follow(): void {
    const { range, loaded, truth, patient } = this.feed;
    for (const one of [range, loaded, truth, patient.about, preferences]) one.value;
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#draw(), 0);
  }

  #listen(): void {
    if (this.feed.heard.value > 0) this.#drawSoon();
  }

  /** Time goes on. */
  #move(): void {
    const everyMs = Math.max(DRAW_EVERY_MIN_MS, this.feed.range.peek().spanMs / STEPS_PER_RANGE);
    if (serverNow.value - this.#drawnAtMs >= everyMs) this.#drawSoon();
  }

  /** Once a second at most, however much changes. */
  #drawSoon(): void {
    if (this.#timer !== 0) return;
    const sinceMs = serverTime() - this.#drawnAtMs;
    const waitMs = sinceMs < 0 ? 0 : Math.max(0, DRAW_EVERY_MIN_MS - sinceMs);
    this.#timer = window.setTimeout(() => this.#draw(), this.#drawnAtMs === 0 ? 0 : waitMs);
  }

  #draw(): void {
    this.#timer = 0;
    const now = Math.floor(serverTime());
    if (now === 0) return;
    this.#drawnAtMs = now;
    for (const chart of this.#charts.values()) chart.draw(now);
  }

  #redraw(): void {
    for (const chart of this.#charts.values()) chart.redraw();
  }

  #fit(entries: readonly ResizeObserverEntry[]): void {
    for (const { target, contentRect } of entries) {
      const { width, height } = contentRect;
      this.#charts.get(target as HTMLElement)?.fit(Math.floor(width), Math.floor(height));
    }
  }
}
