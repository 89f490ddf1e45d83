import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { anomaly, heartbeat, patientWire, snapshot, transition } from "../state/fixtures";
import { anomalies, figures, missedTransitions, transitions } from "../state/found";
import { link } from "../state/link";
import { patients } from "../state/patients";
import { LiveConnection } from "./live";
import type { LiveMessage } from "./messages";

/** What the browser's socket is to the connection; the test plays the server. */
class Socket {
  static readonly OPEN = 1;
  static all: Socket[] = [];
  static get newest(): Socket {
    return Socket.all.at(-1) as Socket;
  }

  readyState = 0;
  readonly sent: unknown[] = [];
  readonly url: string;
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  onclose: ((close: { code: number }) => void) | null = null;

  constructor(url: string) {
    this.url = url;
    Socket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = 3;
  }

  open(): this {
    this.readyState = Socket.OPEN;
    this.onopen?.();
    return this;
  }

  say(...messages: LiveMessage[]): this {
    for (const message of messages) this.onmessage?.({ data: JSON.stringify(message) });
    return this;
  }

  async fail(code: number): Promise<void> {
    this.readyState = 3;
    this.onclose?.({ code });
    await vi.advanceTimersByTimeAsync(0);
  }
}

let connection: LiveConnection;
let refuses = false;
const asksForSignIn = vi.fn();

function beat(told: Partial<ReturnType<typeof heartbeat>> = {}) {
  const now = new Date().toISOString();
  return heartbeat({ now, engine_at: now, ...told });
}

function resumed(seq: number): LiveMessage {
  return { type: "resumed", seq, complete: true };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Socket);
  Socket.all = [];
  refuses = false;
  asksForSignIn.mockReset();
  transitions.value = [];
  anomalies.value = [];
  missedTransitions.value = 0;
  connection = new LiveConnection({
    signInNeeded: asksForSignIn,
    isSignInNeeded: async () => refuses,
  });
});

afterEach(() => {
  connection.end();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the live connection", () => {
  it("asks for the feed of the host the page came from", () => {
    expect(Socket.newest.url).toBe(`ws://${location.host}/api/v1/live`);
  });

  it("hands every kind of message to the state", () => {
    const socket = Socket.newest.open().say(snapshot([patientWire("A")]));
    socket.say(transition(2), anomaly(3), beat());
    expect([...patients.value.keys()]).toEqual(["A"]);
    expect([transitions.value.length, anomalies.value.length]).toEqual([1, 1]);
    expect(figures.value?.readings_total).toBe(10);
  });

  it("takes no harm from a message it does not know", () => {
    Socket.newest.open().say(snapshot([]), { type: "wave", seq: 2 } as unknown as LiveMessage);
    expect(link.value.state).toBe("live");
  });

  it("is lost until the first picture, however long a heartbeat goes on", () => {
    Socket.newest.open().say(beat());
    expect(link.value.state).toBe("lost");
    Socket.newest.say(snapshot([]));
    expect(link.value.state).toBe("live");
  });

  it("gets slow and lost inside three and five seconds of silence", async () => {
    Socket.newest.open().say(snapshot([]), beat());
    await vi.advanceTimersByTimeAsync(3_000);
    expect(link.value.state).toBe("slow");
    await vi.advanceTimersByTimeAsync(2_000);
    expect(link.value).toMatchObject({ state: "lost", cause: "link" });
  });

  it("does not blame the engine for a link that is silent", async () => {
    const engine_at = new Date(Date.now() - 1_500).toISOString();
    Socket.newest.open().say(snapshot([]), beat({ engine_at }));
    await vi.advanceTimersByTimeAsync(4_000);
    expect(link.value).toMatchObject({ state: "slow", cause: "link" });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(link.value).toMatchObject({ state: "lost", cause: "link" });
  });

  it("says that it is not live since the last message", async () => {
    const saidAt = Date.now();
    Socket.newest.open().say({ ...snapshot([]), now: new Date(saidAt).toISOString() }, beat());
    await vi.advanceTimersByTimeAsync(6_000);
    expect(link.value.since).toBe(saidAt);
  });

  it("says that it is not live since the engine stood still, not since it was noticed", async () => {
    const stoodStillAt = Date.now();
    const engine_at = new Date(stoodStillAt).toISOString();
    Socket.newest.open().say(snapshot([]));
    for (let second = 0; second <= 6; second += 1) {
      Socket.newest.say(beat({ engine_at }));
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(link.value).toMatchObject({ state: "lost", cause: "engine", since: stoodStillAt });
  });

  it("tells why readings are refused", () => {
    Socket.newest.open().say(snapshot([]), beat({ problems: ["disk full"] }));
    expect(link.value).toMatchObject({ state: "lost", cause: "store", problems: ["disk full"] });
  });
});

describe("a connection that breaks", () => {
  it("opens again by itself, soon at first and at least every six seconds", async () => {
    await Socket.newest.fail(1006);
    await vi.advanceTimersByTimeAsync(334);
    expect(Socket.all).toHaveLength(2);
    for (let attempt = 3; attempt < 12; attempt += 1) {
      await Socket.newest.fail(1006);
      await vi.advanceTimersByTimeAsync(5_400);
      expect(Socket.all).toHaveLength(attempt);
    }
  });

  it("asks for what was missed since the last message", async () => {
    Socket.newest.open().say(snapshot([], 5), transition(6));
    await Socket.newest.fail(1006);
    await vi.advanceTimersByTimeAsync(400);
    expect(Socket.newest.open().sent).toEqual([{ watch: [] }, { resume: 6 }]);
  });

  it("asks again for the same when it breaks before all was replayed", async () => {
    Socket.newest.open().say(snapshot([], 5), transition(6));
    await Socket.newest.fail(1006);
    await vi.advanceTimersByTimeAsync(400);
    Socket.newest.open().say(snapshot([], 20), transition(7, { replayed: true }));
    await Socket.newest.fail(1006);
    await vi.advanceTimersByTimeAsync(400);
    expect(Socket.newest.open().sent).toContainEqual({ resume: 6 });
    Socket.newest.say(snapshot([], 21), resumed(21));
    await Socket.newest.fail(1006);
    await vi.advanceTimersByTimeAsync(400);
    expect(Socket.newest.open().sent).toContainEqual({ resume: 21 });
  });

  it("counts what it missed", async () => {
    Socket.newest.open().say(snapshot([], 5));
    await Socket.newest.fail(1006);
    await vi.advanceTimersByTimeAsync(400);
    Socket.newest.open().say(snapshot([], 9), transition(7, { replayed: true }), resumed(9));
    expect(missedTransitions.value).toBe(1);
  });

  it("starts over with a server whose numbers start over", async () => {
    Socket.newest.open().say(snapshot([], 500));
    await Socket.newest.fail(1006);
    await vi.advanceTimersByTimeAsync(400);
    Socket.newest.open().say(snapshot([], 3), resumed(3));
    await Socket.newest.fail(1006);
    await vi.advanceTimersByTimeAsync(400);
    expect(Socket.newest.open().sent).toContainEqual({ resume: 3 });
  });

  it("asks for the data flow only while somebody wants it, also on a new socket", async () => {
    const first = Socket.newest.open();
    connection.followSystem(true);
    expect(first.sent).toEqual([{ watch: [] }, { system: true }]);
    await first.fail(1006);
    await vi.advanceTimersByTimeAsync(1_000);
    const second = Socket.newest.open();
    expect(second.sent).toEqual([{ watch: [] }, { system: true }]);
    connection.followSystem(false);
    expect(second.sent.at(-1)).toEqual({ system: false });
  });

  it("watches again what was watched", async () => {
    Socket.newest.open();
    connection.watch(["PT-001"]);
    connection.watch(null);
    expect(Socket.newest.sent).toEqual([{ watch: [] }, { watch: ["PT-001"] }, { watch: null }]);
    await Socket.newest.fail(1006);
    await vi.advanceTimersByTimeAsync(400);
    expect(Socket.newest.open().sent).toEqual([{ watch: null }]);
  });

  it("gives up a socket that says nothing, and gives the new one as long", async () => {
    Socket.newest.open().say(snapshot([]), beat());
    await vi.advanceTimersByTimeAsync(8_500);
    expect(Socket.all).toHaveLength(2);
    Socket.newest.open();
    await vi.advanceTimersByTimeAsync(7_000);
    expect(Socket.all).toHaveLength(2);
  });

  it("gives up a socket that never opens", async () => {
    await vi.advanceTimersByTimeAsync(8_500);
    expect(Socket.all).toHaveLength(2);
  });

  it("tries nothing more while a sign-in is needed, and at once after it", async () => {
    refuses = true;
    await Socket.newest.open().fail(4401);
    expect(asksForSignIn).toHaveBeenCalledOnce();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(Socket.all).toHaveLength(1);
    connection.retry();
    expect(Socket.all).toHaveLength(2);
  });

  it("tries nothing more once it has ended", async () => {
    await Socket.newest.fail(1006);
    connection.end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(Socket.all).toHaveLength(1);
  });
});
