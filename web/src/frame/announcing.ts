/**
 * What a screen reader is told of alarms: only news, at most once in five seconds, and summed up
 * when it is much, because speech cannot be glanced over.
 */
import { conditionText } from "../format/conditions";
import { lookOf, type WardAlarm } from "../state/alarms";
import { type Key, t } from "../words/words";

export const ANNOUNCE_EVERY_MS = 5_000;
/** More news than that are counted, not read out. */
const READ_OUT_MAX = 2;

export interface Announcement {
  /** Interrupts what is being read: alarms of high priority. */
  readonly assertive: string;
  readonly polite: string;
}

/** Remembers which alarms were told. */
export class Announcing {
  #known: ReadonlySet<string> = new Set();
  readonly #waiting = new Map<string, WardAlarm>();
  #toldAt = Number.NEGATIVE_INFINITY;

  /** Take the alarms of this moment; what is over before it was told is told no more. */
  take(alarms: readonly WardAlarm[]): void {
    const now = new Map(alarms.map((alarm) => [keyOf(alarm), alarm]));
    for (const key of this.#waiting.keys()) if (!now.has(key)) this.#waiting.delete(key);
    for (const [key, alarm] of now) if (!this.#known.has(key)) this.#waiting.set(key, alarm);
    this.#known = new Set(now.keys());
  }

  /** What is to be said now, or null. `nowMs` on any clock that only grows. */
  say(nowMs: number): Announcement | null {
    if (this.#waiting.size === 0 || nowMs - this.#toldAt < ANNOUNCE_EVERY_MS) return null;
    const news = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#toldAt = nowMs;
    const high = news.filter((alarm) => lookOf(alarm.condition) === "high");
    const others = news.filter((alarm) => lookOf(alarm.condition) !== "high");
    return { assertive: summary(high), polite: summary(others) };
  }
}

function summary(news: readonly WardAlarm[]): string {
  if (news.length <= READ_OUT_MAX) return news.map(sentence).join(". ");
  const places = news.map((alarm) => placeOf(alarm)).join(", ");
  return t("frame.say.many", { n: news.length, places });
}

function sentence(alarm: WardAlarm): string {
  const key: Key = `frame.say.${lookOf(alarm.condition)}`;
  return t(key, { place: placeOf(alarm), what: conditionText(alarm.condition) });
}

function placeOf({ patient }: WardAlarm): string {
  const { bed } = patient.about.peek();
  return bed === null ? patient.id : t("frame.say.bed", { bed });
}

function keyOf({ patient, condition }: WardAlarm): string {
  return `${condition.rule} ${condition.priority} ${patient.id}`;
}
