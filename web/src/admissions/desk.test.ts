import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { takeAdmissions } from "../state/admissions";
import { admissionRow, admissionSummary, admissionsMessage } from "../state/fixtures";
import { takeJudgement } from "../state/link";
import type { AdmissionRow } from "../wire/messages";
import {
  chosenLimit,
  chosenRisk,
  followAdmissions,
  hasFailed,
  merged,
  records,
  summary,
} from "./desk";

/** What the server holds, and what it was asked. */
const server = { rows: [] as AdmissionRow[], summary: 0, isAway: false, asked: [] as string[] };

async function answer(address: string): Promise<Response> {
  server.asked.push(address);
  await Promise.resolve();
  if (server.isAway) return new Response("{}", { status: 503 });
  const content = address.includes("summary")
    ? admissionSummary(server.summary)
    : { rows: server.rows, next: null };
  return new Response(JSON.stringify(content));
}

function listsAsked(): string[] {
  return server.asked.filter((address) => !address.includes("summary"));
}

function live(isLive: boolean): void {
  const silentMs = isLive ? 0 : 60_000;
  takeJudgement({ silentMs, engineSilentMs: silentMs, problems: [] }, 0);
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

let end: () => void;

beforeEach(async () => {
  vi.stubGlobal("fetch", answer);
  Object.assign(server, { rows: [admissionRow("1")], summary: 1, isAway: false, asked: [] });
  chosenRisk.value = null;
  chosenLimit.value = 50;
  records.value = [];
  summary.value = null;
  live(true);
  end = followAdmissions();
  await settled();
});

afterEach(() => {
  end();
  vi.unstubAllGlobals();
});

describe("the desk of admissions", () => {
  it("reads records and summary once when the page opens", () => {
    expect(records.value.map((row) => row.admission_id)).toEqual(["ADM-1"]);
    expect(summary.value?.admissions).toBe(1);
    expect(listsAsked()).toEqual(["/api/v1/admissions?limit=50"]);
  });

  it("shows a pushed summary at once and reads the records again", async () => {
    server.rows = [admissionRow("2"), admissionRow("1")];
    takeAdmissions(admissionsMessage(2));
    expect(summary.value?.admissions).toBe(2);
    await settled();
    expect(records.value).toHaveLength(2);
  });

  it("asks for what is chosen", async () => {
    chosenRisk.value = "High";
    await settled();
    chosenLimit.value = 500;
    await settled();
    expect(listsAsked().slice(1)).toEqual([
      "/api/v1/admissions?limit=50&risk=High",
      "/api/v1/admissions?limit=500&risk=High",
    ]);
  });

  it("asks once more for everything that came while it was asking", async () => {
    for (let count = 2; count < 9; count += 1) takeAdmissions(admissionsMessage(count));
    await settled();
    expect(listsAsked()).toHaveLength(3);
  });

  it("keeps what it has while the server is away, says so, and goes on afterwards", async () => {
    server.isAway = true;
    takeAdmissions(admissionsMessage(2));
    await settled();
    expect(hasFailed.value).toBe(true);
    expect(records.value).toHaveLength(1);
    server.isAway = false;
    live(false);
    live(true);
    await settled();
    expect(hasFailed.value).toBe(false);
  });

  it("reads again when the link comes back", async () => {
    live(false);
    server.summary = 7;
    server.rows = [admissionRow("7")];
    live(true);
    await settled();
    expect(summary.value?.admissions).toBe(7);
    expect(records.value.map((row) => row.admission_id)).toEqual(["ADM-7"]);
  });

  it("believes what was pushed while a summary was on its way", async () => {
    live(false);
    live(true);
    takeAdmissions(admissionsMessage(9));
    await settled();
    expect(summary.value?.admissions).toBe(9);
  });

  it("asks nothing more after its end", async () => {
    end();
    takeAdmissions(admissionsMessage(9));
    await settled();
    expect(listsAsked()).toHaveLength(1);
  });
});

describe("records read again", () => {
  it("stay the same objects where nothing changed", () => {
    const before = [admissionRow("1"), admissionRow("2")];
    const now = merged(before, [
      admissionRow("3"),
      admissionRow("2", { age: 9 }),
      admissionRow("1"),
    ]);
    expect(now[2]).toBe(before[0]);
    expect(now[1]?.age).toBe(9);
    expect(now[0]?.admission_id).toBe("ADM-3");
  });
});
