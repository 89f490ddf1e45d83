/**
 * The records and the summary that the page shows. Both are read when the page opens and when the
 * link comes back; from then on the feed says when there is something new.
 */
import { effect, signal, untracked } from "@preact/signals";
import { admissionNews, pushedSummary } from "../state/admissions";
import { isLive } from "../state/link";
import { get } from "../wire/api";
import type { AdmissionRow, AdmissionSummary, PageOf, RiskLevel } from "../wire/messages";

export const RISKS: readonly RiskLevel[] = ["Low", "Medium", "High"];
export const LIMITS: readonly number[] = [50, 100, 200, 300, 500];

const PATH = "/api/v1/admissions";

/** Which records are wanted; null: of every risk. They stay as chosen while the console is open. */
export const chosenRisk = signal<RiskLevel | null>(null);
export const chosenLimit = signal<number>(50);

export const records = signal<readonly AdmissionRow[]>([]);
/** Whether the records of what is chosen could not be read. */
export const hasFailed = signal(false);
/** False until the first answer. */
export const hasRecords = signal(false);

/** What all admissions count: as pushed, or as read if that came later; null at first. */
export const summary = signal<AdmissionSummary | null>(null);

/** Keep records and summary up to date until the returned function is called. */
export function followAdmissions(): () => void {
  const ends = [
    effect(() => {
      if (pushedSummary.value !== null) summary.value = pushedSummary.value;
    }),
    effect(() => {
      if (isLive.value) untracked(() => void askSummary());
    }),
    effect(() => {
      admissionNews.value;
      chosenRisk.value;
      chosenLimit.value;
      if (isLive.value) untracked(() => void askRecords());
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** A summary that was pushed while this one was on its way is the newer one. */
async function askSummary(): Promise<void> {
  const before = admissionNews.peek();
  try {
    const answer = await get<AdmissionSummary>(`${PATH}/summary`);
    if (admissionNews.peek() === before) summary.value = answer;
  } catch {
    // The next push tells, and the records say that something is wrong.
  }
}

let isAsking = false;
let isWanted = false;

/** One request at a time; what was wished for meanwhile is asked for once, afterwards. */
async function askRecords(): Promise<void> {
  isWanted = true;
  if (isAsking) return;
  isAsking = true;
  while (isWanted) {
    isWanted = false;
    await askOnce();
  }
  isAsking = false;
}

async function askOnce(): Promise<void> {
  const risk = chosenRisk.peek();
  const parameters = { limit: chosenLimit.peek(), ...(risk === null ? {} : { risk }) };
  try {
    const page = await get<PageOf<AdmissionRow>>(PATH, parameters);
    if (isWanted) return;
    records.value = merged(records.peek(), page.rows);
    hasFailed.value = false;
    hasRecords.value = true;
  } catch {
    hasFailed.value = true;
  }
}

/** The rows of now; those that did not change are the same objects, and render nothing. */
export function merged(
  before: readonly AdmissionRow[],
  now: readonly AdmissionRow[],
): readonly AdmissionRow[] {
  const known = new Map(before.map((row) => [row.admission_id, row]));
  return now.map((row) => {
    const same = known.get(row.admission_id);
    return same !== undefined && isSame(same, row) ? same : row;
  });
}

function isSame(a: AdmissionRow, b: AdmissionRow): boolean {
  return (Object.keys(b) as (keyof AdmissionRow)[]).every((name) => a[name] === b[name]);
}
