/** Where trends get their minutes and alarms: history on demand, then only what is pushed. */
import { effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { serverNow, serverTime } from "../../state/clock";
import { newestWindow, transitions } from "../../state/found";
import { isLive } from "../../state/link";
import type { PatientState } from "../../state/patients";
import { rows } from "../../wire/api";
import { VITAL_NAMES } from "../../wire/catalogue";
import type { ReadingRow, TruthRow, VitalName, WindowRow } from "../../wire/messages";
import { type AlarmColumn, alarmColumns, type EpisodeRow } from "./alarm-columns";
import { KEPT_MS, MINUTE_MS, MinuteStore, minuteOf } from "./minutes";
import type { TrendRange } from "./ranges";

/** Older alarms than these are not drawn. */
const EPISODES_MAX = 1000;
/** Readings of two minutes at one a second, and as many again from other sources. */
const NEWEST_MAX = 240;
const FORGET_EVERY_MS = 10 * MINUTE_MS;

/** Everything the trends of one patient draw, from construction until `end`. */
export class TrendFeed {
  readonly store = new MinuteStore();
  readonly range: Signal<TrendRange>;
  /** Grows with every window that is heard. */
  readonly heard = signal(0);
  /** Grows with every piece of history that has been loaded. */
  readonly loaded = signal(0);
  readonly isLoading = signal(false);
  readonly hasFailed = signal(false);
  readonly patient: PatientState;
  readonly truth: ReadonlySignal<readonly TruthRow[]>;

  readonly #episodes = signal<readonly EpisodeRow[]>([]);
  readonly #ends: (() => void)[] = [];
  /** Everything from here on is loaded; null: nothing is. */
  #loadedFromMs: number | null = null;
  #wasLive = true;
  #forgottenAtMs = 0;

  constructor(
    patient: PatientState,
    range: Signal<TrendRange>,
    truth: ReadonlySignal<readonly TruthRow[]>,
  ) {
    this.patient = patient;
    this.range = range;
    this.truth = truth;
    for (const vital of VITAL_NAMES) this.#ends.push(effect(() => this.#takeValue(vital)));
    this.#ends.push(effect(() => this.#takeWindow()));
    this.#ends.push(effect(() => this.#followLink()));
    this.#ends.push(effect(() => this.#loadRange()));
    this.#ends.push(effect(() => this.#forget()));
  }

  end(): void {
    for (const end of this.#ends) end();
  }

  /** All alarms of the patient that are known, by onset. */
  columns(): readonly AlarmColumn[] {
    const { id, conditions } = this.patient;
    const live = transitions.peek().filter((row) => row.patient_id === id);
    return alarmColumns(this.#episodes.peek(), live, conditions.peek());
  }

  /** Load again what could not be loaded. */
  retry(): void {
    this.#loadedFromMs = null;
    this.#load();
  }

  #takeValue(vital: VitalName): void {
    const { value, state, observed_at } = this.patient.vitals[vital].value;
    if (value === null || state !== "live" || observed_at === null) return;
    this.store.takeValue(vital, value, Date.parse(observed_at));
  }

  #takeWindow(): void {
    const row = newestWindow.value;
    if (row === null || row.patient_id !== this.patient.id) return;
    this.store.takeWindow(row);
    this.heard.value = this.heard.peek() + 1;
  }

  /** What was missed while the link was lost is asked for again. */
  #followLink(): void {
    const isBack = isLive.value && !this.#wasLive;
    this.#wasLive = isLive.value;
    if (isBack) this.retry();
  }

  #loadRange(): void {
    if (this.range.value.spanMs > 0 && serverTime() > 0) this.#load();
  }

  #forget(): void {
    const now = serverNow.value;
    if (now - this.#forgottenAtMs < FORGET_EVERY_MS) return;
    this.#forgottenAtMs = now;
    this.store.forgetBefore(now - KEPT_MS);
  }

  #load(): void {
    const fromMs = serverTime() - this.range.peek().spanMs - MINUTE_MS;
    const toMs = this.#loadedFromMs;
    if (toMs !== null && toMs <= fromMs) return;
    this.#loadedFromMs = fromMs;
    this.isLoading.value = true;
    this.hasFailed.value = false;
    void this.#fetch(fromMs, toMs).finally(() => {
      this.isLoading.value = false;
      this.loaded.value = this.loaded.peek() + 1;
    });
  }

  async #fetch(fromMs: number, toMs: number | null): Promise<void> {
    const isFirst = toMs === null;
    try {
      const [windows, newest, episodes] = await Promise.all([
        this.#fetchWindows(fromMs, toMs),
        isFirst ? this.#fetchNewest() : [],
        isFirst ? this.#fetchEpisodes() : this.#episodes.peek(),
      ]);
      for (const row of windows) this.store.takeWindow(row);
      for (const reading of newest) this.#takeReading(reading);
      this.#episodes.value = episodes;
    } catch {
      this.#loadedFromMs = toMs;
      this.hasFailed.value = true;
    }
  }

  #takeReading(reading: ReadingRow): void {
    for (const vital of VITAL_NAMES) {
      const value = reading[vital];
      if (value !== null) this.store.takeValue(vital, value, Date.parse(reading.timestamp));
    }
  }

  /** Readings of minutes that are not finished yet, from before this page looked on. */
  #fetchNewest(): Promise<ReadingRow[]> {
    const from = minuteOf(serverTime()) - MINUTE_MS;
    return rows<ReadingRow>("readings", { patient_id: this.patient.id, from }, NEWEST_MAX);
  }

  #fetchEpisodes(): Promise<EpisodeRow[]> {
    return rows<EpisodeRow>("episodes", { patient_id: this.patient.id }, EPISODES_MAX);
  }

  #fetchWindows(fromMs: number, toMs: number | null): Promise<WindowRow[]> {
    const minutes = Math.ceil((serverTime() - fromMs) / MINUTE_MS) + 2;
    const until = toMs === null ? {} : { to: Math.ceil(toMs / MINUTE_MS) * MINUTE_MS };
    return rows<WindowRow>(
      "windows",
      { patient_id: this.patient.id, from: Math.floor(fromMs), ...until },
      minutes * VITAL_NAMES.length,
    );
  }
}
