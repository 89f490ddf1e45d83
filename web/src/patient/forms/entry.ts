/** Sending what people enter, and saying what became of it. */
import { type ReadonlySignal, type Signal, signal, useSignal } from "@preact/signals";
import { RequestError } from "../../wire/api";
import { t } from "../../words/words";

/** Who enters things at this station; kept until the page is left or loaded anew. */
export const actor = signal("");

/** What became of an entry; `field` is the name of the input at fault. */
export interface Outcome {
  readonly state: "none" | "sending" | "kept" | "refused";
  readonly text: string;
  readonly field: string | null;
}

export interface Entry {
  readonly outcome: ReadonlySignal<Outcome>;
  /** Send it; `ask` answers with what is to be said of success. True when it was kept. */
  submit(form: HTMLFormElement, ask: () => Promise<string>): Promise<boolean>;
}

const NONE: Outcome = { state: "none", text: "", field: null };

/** One form's entries: one at a time. */
export function useEntry(): Entry {
  const outcome: Signal<Outcome> = useSignal(NONE);
  return {
    outcome,
    async submit(form, ask) {
      if (outcome.peek().state === "sending") return false;
      if (actor.peek().trim() === "") {
        outcome.value = { state: "refused", text: t("patient.actor_needed"), field: "actor" };
        return false;
      }
      outcome.value = { ...NONE, state: "sending" };
      try {
        outcome.value = { state: "kept", text: await ask(), field: null };
        return true;
      } catch (error) {
        outcome.value = refusal(error, form);
        return false;
      }
    },
  };
}

function refusal(error: unknown, form: HTMLFormElement): Outcome {
  if (!(error instanceof RequestError)) throw error;
  const text = error.status === 0 ? t("patient.no_answer") : error.message;
  const names = new Set([...form.elements].map((input) => input.getAttribute("name") ?? ""));
  return { state: "refused", text, field: fieldAt(error, names) };
}

/** The input a refusal is about: `limits.spo2_low.limit` is about `spo2_low`. */
export function fieldAt(error: RequestError, names: ReadonlySet<string>): string | null {
  const place = error.field ?? error.message.split(" ")[0] ?? "";
  return place.split(".").find((part) => part !== "" && names.has(part)) ?? null;
}
