/** The page that stands before all others where Wardline wants a token. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { signIn } from "../state/session";
import { RequestError } from "../wire/api";
import { t } from "../words/words";

/** Reads the token out of its field once, sends it, and keeps it nowhere. */
export function SignIn() {
  const failure = useSignal<string | null>(null);
  const isBusy = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);

  async function submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    if (isBusy.value || field.current === null) return;
    isBusy.value = true;
    failure.value = await failureOf(field.current.value);
    isBusy.value = false;
    field.current?.select();
  }

  return (
    <main class="sign-in-page">
      <form class="sign-in" data-testid="sign-in" onSubmit={submit}>
        <h1>{t("frame.name")}</h1>
        <p>{t("frame.sign_in.why")}</p>
        <label>
          {t("frame.sign_in.token")}
          <input
            ref={field}
            name="token"
            type="password"
            autoComplete="current-password"
            required
          />
        </label>
        <p class="sign-in-failure" role="alert">
          {failure}
        </p>
        <button type="submit" aria-disabled={isBusy}>
          {t("frame.sign_in.do")}
        </button>
        <p class="frame-quiet">{t("frame.stance")}</p>
      </form>
    </main>
  );
}

/** Null when the token was taken. */
async function failureOf(token: string): Promise<string | null> {
  try {
    await signIn(token);
    return null;
  } catch (error) {
    return failureText(error);
  }
}

/** What went wrong, for the person at the keyboard. */
export function failureText(error: unknown): string {
  if (!(error instanceof RequestError)) return String(error);
  if (error.status === 401) return t("frame.sign_in.wrong");
  if (error.status === 429) {
    const wait = /(\d+) s/.exec(error.message)?.[1];
    return wait ? t("frame.sign_in.wait", { n: wait }) : t("frame.sign_in.too_many");
  }
  return error.status === 0 ? t("frame.sign_in.no_answer") : error.message;
}
