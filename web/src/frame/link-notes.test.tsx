import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { clockText } from "../format/times";
import { transition } from "../state/fixtures";
import { missedTransitions, takeTransition, transitions } from "../state/found";
import { LOST_AFTER_MS, SLOW_AFTER_MS, takeJudgement } from "../state/link";
import { LinkNotes } from "./link-notes";
import { NotLive } from "./not-live";

const NOON = Date.parse("2026-03-01T12:00:00Z");
let place: HTMLElement;

function hear(silentMs: number, problems: readonly string[] = [], engineSilentMs = 0) {
  act(() => takeJudgement({ silentMs, engineSilentMs, problems }, NOON));
}

const back = () => hear(0);
const slow = () => hear(SLOW_AFTER_MS + 1);
const lose = () => hear(LOST_AFTER_MS + 1);

function textOf(testId: string): string | undefined {
  return place.querySelector(`[data-testid="${testId}"]`)?.textContent;
}

beforeEach(() => {
  vi.useFakeTimers();
  transitions.value = [];
  missedTransitions.value = 0;
  back();
  place = document.createElement("div");
  act(() => {
    const both = (
      <>
        <LinkNotes />
        <NotLive />
      </>
    );
    render(both, place);
  });
});

afterEach(() => {
  act(() => render(null, place));
  vi.useRealTimers();
});

describe("what is said of the link", () => {
  it("is nothing while it is live", () => {
    expect(place.textContent).toBe("");
  });

  it("is that it is slow, and nothing more", () => {
    slow();
    expect(textOf("link-slow")).toBe("LINK SLOW");
    expect(textOf("not-live")).toBeUndefined();
  });

  it("is since when it is not live, why, and that it comes back", () => {
    lose();
    const said = textOf("not-live") ?? "";
    expect(said).toContain(`NOT LIVE since ${clockText(NOON)}`);
    expect(said).toContain("No connection to Wardline.");
    expect(said).toContain("It comes back by itself.");
  });

  it("is an alert that takes no place from what it lies over", () => {
    lose();
    expect(place.querySelector('[data-testid="not-live"]')?.getAttribute("role")).toBe("alert");
    expect(textOf("hatching")).toBe("");
  });

  it("tells the engine and refused readings apart from the link", () => {
    hear(0, [], LOST_AFTER_MS + 1);
    expect(textOf("not-live")).toContain("the engine behind it stands still");
    hear(0, ["disk full", "<b>database</b> gone"]);
    expect(textOf("not-live")).toContain("Readings are refused: disk full; <b>database</b> gone");
  });

  it("is, once it is back, how many alarms changed, for a short time", () => {
    lose();
    act(() => takeTransition(transition(7, { replayed: true })));
    back();
    act(() => takeTransition(transition(8, { replayed: true })));
    expect(textOf("live-again")).toContain("2");
    expect(textOf("not-live")).toBeUndefined();
    act(() => {
      vi.advanceTimersByTime(10_000);
    });
    expect(textOf("live-again")).toBeUndefined();
  });

  it("counts anew every time it is lost", () => {
    lose();
    act(() => takeTransition(transition(7, { replayed: true })));
    back();
    lose();
    back();
    expect(textOf("live-again")).toContain("0");
  });

  it("does not speak of coming back when it was only slow", () => {
    slow();
    back();
    expect(textOf("live-again")).toBeUndefined();
  });

  it("speaks of coming back also by way of slow", () => {
    lose();
    slow();
    back();
    expect(textOf("live-again")).toBeDefined();
  });
});
