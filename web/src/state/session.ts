/** Whether this browser may look: the sign-in, and the live connection that hangs on it. */
import { signal } from "@preact/signals";
import { get, RequestError, send } from "../wire/api";
import { LiveConnection } from "../wire/live";

interface Session {
  readonly required: boolean;
  readonly signed_in: boolean;
}

const SESSION = "/api/v1/session";

/** Whether the server asks for a token before it shows anything. */
export const isSignInNeeded = signal(false);
/** False until the server was asked; before that pages would ask for what they may not see. */
export const isSessionKnown = signal(false);
/** Whether there is a sign-in that can be ended. */
export const canSignOut = signal(false);

let connection: LiveConnection | null = null;
/** What the page that is open wants to hear of; there may be no connection yet. */
let watched: readonly string[] | null = [];
let isSystemFollowed = false;

/** Open the live connection, or ask for a sign-in first where the server wants one. */
export async function startLive(): Promise<void> {
  isSignInNeeded.value = await askSession();
  isSessionKnown.value = true;
  if (!isSignInNeeded.value) connect();
}

function connect(): void {
  if (connection !== null) {
    connection.retry();
    return;
  }
  const calls = {
    isSignInNeeded: askSession,
    signInNeeded: () => {
      isSignInNeeded.value = true;
    },
  };
  connection = new LiveConnection(calls, watched, isSystemFollowed);
}

/** Score, window and anomaly messages come for these patients only; null: for all. */
export function watch(patientIds: readonly string[] | null): void {
  watched = patientIds;
  connection?.watch(patientIds);
}

/** Whether the data flow is pushed every second. */
export function followSystem(wants: boolean): void {
  isSystemFollowed = wants;
  connection?.followSystem(wants);
}

/** Sign in with a token. Raises RequestError (401 wrong, 429 too many tries). */
export async function signIn(token: string): Promise<void> {
  await send<Session>("POST", SESSION, { token });
  isSignInNeeded.value = false;
  canSignOut.value = true;
  connect();
}

/** Sign out here; the server closes the live connection. */
export async function signOut(): Promise<void> {
  await send<Session>("DELETE", SESSION);
  location.assign("/");
}

async function askSession(): Promise<boolean> {
  try {
    const session = await get<Session>(SESSION);
    canSignOut.value = session.required && session.signed_in;
    return session.required && !session.signed_in;
  } catch (error) {
    return error instanceof RequestError && error.status === 401;
  }
}
