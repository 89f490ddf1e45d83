/**
 * The one WebSocket. It opens again by itself, asks for what was missed, and hands every message
 * to the state; it knows nothing of screens.
 */
import { takeAdmissions } from "../state/admissions";
import { hearServerTime, serverTime } from "../state/clock";
import { figures, newestScore, newestWindow, takeAnomaly, takeTransition } from "../state/found";
import { takeJudgement } from "../state/link";
import { takeSnapshot, takeValues } from "../state/patients";
import { takeSystem } from "../state/system";
import type { HeartbeatMessage, LiveMessage } from "./messages";

const PATH = "/api/v1/live";
/** Waits between attempts to connect; the last one goes on, each with up to a third more. */
const RETRY_MS = [250, 500, 1_000, 2_000, 4_000];
const JUDGE_EVERY_MS = 250;
/** A socket that does not open or says nothing for so long is given up, so that a half-dead link is noticed. */
const SILENCE_MAX_MS = 8_000;

/** Closed because the viewer is not signed in (any more). */
const SIGNED_OUT = 4401;

export interface LiveCalls {
  /** The server wants a sign-in; nothing is tried again before `retry`. */
  readonly signInNeeded: () => void;
  /** Whether the server refuses this viewer for want of a sign-in. */
  readonly isSignInNeeded: () => Promise<boolean>;
}

/** The connection to the live feed, from construction until `end`. */
export class LiveConnection {
  #socket: WebSocket | null = null;
  #attempts = 0;
  #retryTimer = 0;
  readonly #judgeTimer: number;
  /** Everything found up to here has been heard; null before the first snapshot. */
  #heardSeq: number | null = null;
  /** The newest number of this socket; holes before it are possible until `resumed`. */
  #newestSeq = 0;
  #isResuming = false;
  #watched: readonly string[] | null;
  #wantsSystem: boolean;
  #hasPicture = false;
  #heardAt = performance.now();
  #openedAt = performance.now();
  /** Server time of the newest message. */
  #liveAt: number | null = null;
  #engineAt: number | null = null;
  #problems: readonly string[] = [];
  #hasEnded = false;

  readonly #calls: LiveCalls;

  /** `watched`: as for `watch`. `wantsSystem`: as for `followSystem`. */
  constructor(calls: LiveCalls, watched: readonly string[] | null = [], wantsSystem = false) {
    this.#calls = calls;
    this.#watched = watched;
    this.#wantsSystem = wantsSystem;
    this.#judgeTimer = window.setInterval(() => this.#judge(), JUDGE_EVERY_MS);
    document.addEventListener("visibilitychange", this.#onVisible);
    window.addEventListener("online", this.#onVisible);
    this.#open();
  }

  /** Score, window and anomaly messages come for these patients only; null: for all. */
  watch(patientIds: readonly string[] | null): void {
    this.#watched = patientIds;
    this.#send({ watch: patientIds });
  }

  /** Whether the data flow is pushed every second. */
  followSystem(wants: boolean): void {
    this.#wantsSystem = wants;
    this.#send({ system: wants });
  }

  /** Try again at once, such as after a sign-in. */
  retry(): void {
    this.#attempts = 0;
    this.#open();
  }

  end(): void {
    this.#hasEnded = true;
    window.clearInterval(this.#judgeTimer);
    window.clearTimeout(this.#retryTimer);
    document.removeEventListener("visibilitychange", this.#onVisible);
    window.removeEventListener("online", this.#onVisible);
    this.#drop();
  }

  #open(): void {
    window.clearTimeout(this.#retryTimer);
    this.#drop();
    const socket = new WebSocket(
      `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${PATH}`,
    );
    this.#socket = socket;
    this.#openedAt = performance.now();
    let hasOpened = false;
    socket.onopen = () => {
      hasOpened = true;
      this.#greet();
    };
    socket.onmessage = (message: MessageEvent<string>) => this.#take(message.data);
    socket.onclose = (close) => void this.#closed(close.code, hasOpened);
  }

  #greet(): void {
    this.#send({ watch: this.#watched });
    if (this.#wantsSystem) this.#send({ system: true });
    this.#newestSeq = 0;
    this.#isResuming = this.#heardSeq !== null;
    if (this.#isResuming) this.#send({ resume: this.#heardSeq });
  }

  /** Forget the socket without hearing from it again. */
  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  async #closed(code: number, hasOpened: boolean): Promise<void> {
    this.#socket = null;
    const mayBeRefused = code === SIGNED_OUT || !hasOpened;
    if (mayBeRefused && (await this.#calls.isSignInNeeded())) {
      this.#calls.signInNeeded();
      return;
    }
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#hasEnded || this.#socket !== null) return;
    const wait = RETRY_MS[Math.min(this.#attempts, RETRY_MS.length - 1)] ?? 4_000;
    this.#attempts += 1;
    window.clearTimeout(this.#retryTimer);
    this.#retryTimer = window.setTimeout(() => this.#open(), wait * (1 + Math.random() / 3));
  }

  #send(message: object): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #take(text: string): void {
    const message = JSON.parse(text) as LiveMessage;
    this.#heardAt = performance.now();
    this.#deliver(message);
    this.#count(message);
    if (serverTime() > 0) this.#liveAt = serverTime();
    this.#judge();
  }

  /** What is replayed comes after newer things: only `resumed` says that no hole is left. */
  #count(message: LiveMessage): void {
    this.#newestSeq = Math.max(this.#newestSeq, message.seq);
    if (message.type === "resumed") this.#isResuming = false;
    if (!this.#isResuming) this.#heardSeq = this.#newestSeq;
  }

  #deliver(message: LiveMessage): void {
    switch (message.type) {
      case "snapshot":
        this.#attempts = 0;
        this.#hasPicture = true;
        hearServerTime(Date.parse(message.now));
        takeSnapshot(message);
        break;
      case "values":
        takeValues(message);
        break;
      case "transition":
        takeTransition(message);
        break;
      case "anomaly":
        takeAnomaly(message);
        break;
      case "score":
        newestScore.value = message;
        break;
      case "window":
        newestWindow.value = message;
        break;
      case "admissions":
        takeAdmissions(message);
        break;
      case "system":
        takeSystem(message);
        break;
      case "heartbeat":
        this.#beat(message);
        break;
      default:
        break;
    }
  }

  #beat(message: HeartbeatMessage): void {
    hearServerTime(Date.parse(message.now));
    this.#engineAt = message.engine_at === null ? null : Date.parse(message.engine_at);
    this.#problems = message.problems;
    figures.value = message.figures;
  }

  #judge(): void {
    const now = performance.now();
    this.#giveUpSilent(now);
    // Before the first picture there is nothing on screen that could be the present.
    const silentMs = this.#hasPicture ? now - this.#heardAt : Number.POSITIVE_INFINITY;
    const engineSilentMs = this.#engineSilentMs() ?? silentMs;
    takeJudgement({ silentMs, engineSilentMs, problems: this.#problems }, this.#lifeAt());
  }

  /** How long the engine had stood still when last heard of: a silent link says nothing of it. */
  #engineSilentMs(): number | null {
    if (this.#liveAt === null || this.#engineAt === null) return null;
    return this.#liveAt - this.#engineAt;
  }

  /** A socket that neither opens nor speaks is given up for a new one. */
  #giveUpSilent(now: number): void {
    const since = Math.max(this.#heardAt, this.#openedAt);
    if (this.#socket !== null && now - since > SILENCE_MAX_MS) this.#open();
  }

  /** Server time of the last moment when link and engine were alive. */
  #lifeAt(): number | null {
    if (this.#liveAt === null || this.#engineAt === null) return this.#liveAt;
    return Math.min(this.#liveAt, this.#engineAt);
  }

  readonly #onVisible = (): void => {
    this.#judge();
    if (this.#socket === null && document.visibilityState === "visible") this.retry();
  };
}
