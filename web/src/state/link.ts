/**
 * Whether what is on screen is the present. The one judgement every screen hangs on:
 * `live`, `slow` (nothing heard for 2.5 s) or `lost` (4 s; "NOT LIVE").
 */
import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";

/** Silence after which the link counts as slow. Heartbeats come every second. */
export const SLOW_AFTER_MS = 2_500;
/** Silence after which nothing on screen may be taken for the present. */
export const LOST_AFTER_MS = 4_000;

export type LinkState = "live" | "slow" | "lost";

/** Why it is not live: the link, the engine behind it, or a store that takes nothing. */
export type LinkCause = "link" | "engine" | "store";

export interface Link {
  readonly state: LinkState;
  readonly cause: LinkCause;
  /** Server time of the last moment everything was live, epoch ms; null before there was one. */
  readonly since: number | null;
  /** Why readings are refused, in the server's words. */
  readonly problems: readonly string[];
}

/** Nothing is on screen that could be the present. */
const STARTING: Link = { state: "lost", cause: "link", since: null, problems: [] };

/** What is known of the link. Changes only when something of it changes. */
export const link = signal<Link>(STARTING);

/** How long nothing has been heard, ms; at most a moment old. Infinite before the first picture. */
export const silentMs = signal(Number.POSITIVE_INFINITY);

/** Whether what is shown is the present (or only a moment late). */
export const isLive: ReadonlySignal<boolean> = computed(() => link.value.state !== "lost");

/** Say the link's state on the document, for tests and styles. */
export function showLinkOnDocument(): () => void {
  return effect(() => {
    document.documentElement.dataset["link"] = link.value.state;
  });
}

/** What the judgement is made of; silences in ms, infinite before the first picture. */
export interface Signs {
  readonly silentMs: number;
  readonly engineSilentMs: number;
  readonly problems: readonly string[];
}

/** The state of the link from its signs. */
export function judge(signs: Signs): { state: LinkState; cause: LinkCause } {
  const byLink = stateAfter(signs.silentMs);
  if (byLink === "lost") return { state: "lost", cause: "link" };
  if (signs.problems.length > 0) return { state: "lost", cause: "store" };
  const byEngine = stateAfter(signs.engineSilentMs);
  if (byEngine !== "live") return { state: byEngine, cause: "engine" };
  return { state: byLink, cause: "link" };
}

function stateAfter(silentMs: number): LinkState {
  if (silentMs > LOST_AFTER_MS) return "lost";
  return silentMs > SLOW_AFTER_MS ? "slow" : "live";
}

/** Take a new judgement. `liveAt`: server time of the last sign of life. */
export function takeJudgement(signs: Signs, liveAt: number | null): void {
  silentMs.value = signs.silentMs;
  const { state, cause } = judge(signs);
  const before = link.peek();
  const since = state === "live" ? null : (before.since ?? liveAt);
  const isSame =
    before.state === state &&
    before.cause === cause &&
    before.since === since &&
    sameTexts(before.problems, signs.problems);
  if (!isSame) link.value = { state, cause, since, problems: signs.problems };
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
