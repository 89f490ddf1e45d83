/** What the simulator really did to a patient. Asked for by hand: nobody is to see it by accident. */
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { get, rows } from "../../wire/api";
import type { PageOf, TruthRow } from "../../wire/messages";

/** Newest periods that are shown. */
const PERIODS_MAX = 1000;

export interface Truth {
  /** Whether there is any: only simulated patients have a truth. */
  readonly exists: ReadonlySignal<boolean>;
  readonly isShown: Signal<boolean>;
  /** Newest first; empty until asked for. */
  readonly shown: ReadonlySignal<readonly TruthRow[]>;
  toggle(): void;
}

export function useTruth(patientId: string): Truth {
  const truth = useMemo(() => truthOf(patientId), [patientId]);
  useEffect(() => truth.look(), [truth]);
  return truth;
}

function truthOf(patientId: string): Truth & { look(): void } {
  const exists = signal(false);
  const isShown = signal(false);
  const periods = signal<readonly TruthRow[]>([]);
  return {
    exists,
    isShown,
    shown: computed(() => (isShown.value ? periods.value : [])),
    look() {
      void quietly(async () => {
        const asked = { patient_id: patientId, limit: 1 };
        exists.value = (await get<PageOf<TruthRow>>("/api/v1/truth", asked)).rows.length > 0;
      });
    },
    toggle() {
      isShown.value = !isShown.peek();
      if (!isShown.peek()) return;
      void quietly(async () => {
        periods.value = await rows<TruthRow>("truth", { patient_id: patientId }, PERIODS_MAX);
      });
    },
  };
}

/** Without an answer there is no truth to show; the button asks again. */
async function quietly(ask: () => Promise<void>): Promise<void> {
  try {
    await ask();
  } catch {
    // Said by the link's state already.
  }
}
