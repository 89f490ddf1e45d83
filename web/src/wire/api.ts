/** Requests to Wardline's HTTP interface. Only for what a person asks for; live things are pushed. */
import type { PageOf } from "./messages";

/** What went wrong with a request, in words for people; `field` names the field at fault. */
export class RequestError extends Error {
  readonly status: number;
  readonly field: string | null;

  /** `status` 0: no answer at all. */
  constructor(status: number, message: string, field: string | null = null) {
    super(message);
    this.status = status;
    this.field = field;
  }
}

const TIME_MAX_MS = 35_000;

/** Read something. Raises RequestError. */
export function get<Answer>(
  path: string,
  parameters: Record<string, string | number> = {},
): Promise<Answer> {
  return request<Answer>("GET", address(path, parameters));
}

/** Send something people entered; answered once it is durable. Raises RequestError. */
export function send<Answer>(
  method: "POST" | "PUT" | "DELETE",
  path: string,
  content?: unknown,
): Promise<Answer> {
  return request<Answer>(method, path, content);
}

/** All rows of a table for some parameters, newest first, page by page, at most `rowsMax`. */
export async function rows<Row>(
  table: string,
  parameters: Record<string, string | number>,
  rowsMax: number,
): Promise<Row[]> {
  const gathered: Row[] = [];
  let next: string | null = null;
  do {
    const limit = Math.min(5000, rowsMax - gathered.length);
    const page: PageOf<Row> = await get<PageOf<Row>>(`/api/v1/${table}`, {
      ...parameters,
      limit,
      ...(next === null ? {} : { next }),
    });
    gathered.push(...page.rows);
    next = page.next;
  } while (next !== null && gathered.length < rowsMax);
  return gathered;
}

/** A path of the API about one patient. */
export function patientApi(patientId: string, what: string): string {
  return `/api/v1/patients/${encodeURIComponent(patientId)}/${what}`;
}

function address(path: string, parameters: Record<string, string | number>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
  const text = query.toString();
  return text === "" ? path : `${path}?${text}`;
}

async function request<Answer>(method: string, path: string, content?: unknown): Promise<Answer> {
  const response = await answerOf(method, path, content);
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as Answer;
  const { error, field } = (answer ?? {}) as { error?: string; field?: string | null };
  throw new RequestError(
    response.status,
    error ?? rejectedText(answer) ?? `HTTP ${response.status}`,
    field ?? null,
  );
}

async function answerOf(method: string, path: string, content: unknown): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      signal: AbortSignal.timeout(TIME_MAX_MS),
      ...(method === "GET" ? {} : { headers: { "Content-Type": "application/json" } }),
      ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    });
  } catch {
    throw new RequestError(0, "");
  }
}

/** Observations are answered like readings: 422 with what was wrong with the one item. */
function rejectedText(answer: unknown): string | null {
  const rejected = (answer as { rejected?: { field: string; reason: string }[] } | null)?.rejected;
  const first = rejected?.[0];
  return first === undefined ? null : `${first.field} ${first.reason}`.trim();
}
