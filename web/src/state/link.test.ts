import { beforeEach, describe, expect, it } from "vitest";
import {
  judge,
  LOST_AFTER_MS,
  link,
  SLOW_AFTER_MS,
  showLinkOnDocument,
  takeJudgement,
} from "./link";

const NEVER = Number.POSITIVE_INFINITY;

function signs(silentMs: number, engineSilentMs = 0, problems: readonly string[] = []) {
  return { silentMs, engineSilentMs, problems };
}

describe("the judgement of the link", () => {
  it("is live up to the very end of the slow limit", () => {
    expect(judge(signs(SLOW_AFTER_MS)).state).toBe("live");
    expect(judge(signs(SLOW_AFTER_MS + 1)).state).toBe("slow");
  });

  it("is slow up to the very end of the lost limit", () => {
    expect(judge(signs(LOST_AFTER_MS)).state).toBe("slow");
    expect(judge(signs(LOST_AFTER_MS + 1)).state).toBe("lost");
  });

  it("leaves room for the timer inside the promised three and five seconds", () => {
    expect(SLOW_AFTER_MS).toBeLessThanOrEqual(3_000 - 250);
    expect(LOST_AFTER_MS).toBeLessThanOrEqual(5_000 - 250);
  });

  it("is lost while nothing has been heard yet", () => {
    expect(judge(signs(NEVER, NEVER))).toEqual({ state: "lost", cause: "link" });
  });

  it("is lost when heartbeats come but the engine stands still", () => {
    expect(judge(signs(0, LOST_AFTER_MS + 1))).toEqual({ state: "lost", cause: "engine" });
    expect(judge(signs(0, SLOW_AFTER_MS + 1))).toEqual({ state: "slow", cause: "engine" });
  });

  it("is lost at once when readings are refused", () => {
    expect(judge(signs(0, 0, ["disk full"]))).toEqual({ state: "lost", cause: "store" });
  });

  it("names the link first: what was heard before it broke is no cause any more", () => {
    expect(judge(signs(NEVER, NEVER, ["disk full"])).cause).toBe("link");
  });
});

describe("the link", () => {
  beforeEach(() => takeJudgement(signs(0), 1_000));

  it("says since when it is not live, and keeps saying so", () => {
    takeJudgement(signs(SLOW_AFTER_MS + 1), 5_000);
    takeJudgement(signs(LOST_AFTER_MS + 1), 9_000);
    expect(link.value).toMatchObject({ state: "lost", since: 5_000 });
  });

  it("forgets since when once it is live again", () => {
    takeJudgement(signs(NEVER), 5_000);
    takeJudgement(signs(0), 9_000);
    expect(link.value).toMatchObject({ state: "live", since: null });
  });

  it("stays the very same while nothing of it changes", () => {
    takeJudgement(signs(10, 0, ["disk full"]), 5_000);
    const before = link.value;
    takeJudgement(signs(20, 0, ["disk full"]), 6_000);
    expect(link.value).toBe(before);
  });

  it("changes when the problem is another one", () => {
    takeJudgement(signs(0, 0, ["disk full"]), 5_000);
    takeJudgement(signs(0, 0, ["database gone"]), 5_000);
    expect(link.value.problems).toEqual(["database gone"]);
  });

  it("is told on the document", () => {
    const end = showLinkOnDocument();
    takeJudgement(signs(NEVER), 5_000);
    expect(document.documentElement.dataset["link"]).toBe("lost");
    end();
  });
});
