import { afterEach, describe, expect, it, vi } from "vitest";
import { get, patientApi, RequestError, rows, send } from "./api";

/** The network of a test: answers in turn, and what was asked. */
function network(...answers: [number, unknown][]) {
  const asked: { path: string; init: RequestInit }[] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    asked.push({ path, init });
    const [status, content] = answers.shift() ?? [200, {}];
    return new Response(typeof content === "string" ? content : JSON.stringify(content), {
      status,
    });
  });
  return asked;
}

async function failureOf(request: Promise<unknown>): Promise<RequestError> {
  const error: unknown = await request.catch((reason: unknown) => reason);
  if (!(error instanceof RequestError)) throw new Error("no RequestError");
  return error;
}

describe("a request", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("escapes what stands in its address", async () => {
    const asked = network([200, {}]);
    await get("/api/v1/readings", { patient_id: "a&b=c", limit: 5 });
    expect(asked[0]?.path).toBe("/api/v1/readings?patient_id=a%26b%3Dc&limit=5");
    expect(patientApi("a/b", "settings")).toBe("/api/v1/patients/a%2Fb/settings");
  });

  it("says it is JSON when it sends something", async () => {
    const asked = network([200, {}]);
    await send("POST", "/api/v1/session", { token: "x" });
    expect(asked[0]?.init).toMatchObject({
      method: "POST",
      body: '{"token":"x"}',
      headers: { "Content-Type": "application/json" },
    });
  });

  it("that is refused fails with the server's words and field", async () => {
    network([422, { error: "must be a number", field: "temperature" }]);
    expect(await failureOf(get("/x"))).toMatchObject({
      status: 422,
      message: "must be a number",
      field: "temperature",
    });
  });

  it("that is refused like a reading fails with what was wrong with it", async () => {
    network([422, { rejected: [{ index: 0, field: "spo2", reason: "is above 100" }] }]);
    expect((await failureOf(get("/x"))).message).toBe("spo2 is above 100");
  });

  it("that is answered by something else than Wardline fails with the number", async () => {
    network([502, "<html>bad gateway</html>"]);
    expect(await failureOf(get("/x"))).toMatchObject({ status: 502, message: "HTTP 502" });
  });

  it("that nobody answers fails with status 0", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("network")));
    expect((await failureOf(get("/x"))).status).toBe(0);
  });
});

describe("the rows of a table", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("are gathered page by page until there are enough", async () => {
    const asked = network(
      [200, { rows: [1, 2], next: "token" }],
      [200, { rows: [3], next: "more" }],
    );
    expect(await rows("readings", {}, 3)).toEqual([1, 2, 3]);
    expect(asked.map((request) => request.path)).toEqual([
      "/api/v1/readings?limit=3",
      "/api/v1/readings?limit=1&next=token",
    ]);
  });

  it("end where the table ends", async () => {
    network([200, { rows: [1], next: null }]);
    expect(await rows("readings", {}, 100)).toEqual([1]);
  });
});
