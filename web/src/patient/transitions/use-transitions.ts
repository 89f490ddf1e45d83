/** Stored transitions page by page, live ones on top. */
import { effect, type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { transitions } from "../../state/found";
import { isLive } from "../../state/link";
import { get } from "../../wire/api";
import type { PageOf } from "../../wire/messages";
import { type PlacedTransition, type StoredTransition, transitionHistory } from "./history";

const PAGE_ROWS = 50;
/** More pages than that are for `wardline export`. */
const ROWS_MAX = 2000;

export interface Transitions {
  readonly rows: ReadonlySignal<readonly PlacedTransition[]>;
  readonly hasMore: ReadonlySignal<boolean>;
  readonly hasFailed: ReadonlySignal<boolean>;
  more(): void;
}

export function useTransitions(patientId: string): Transitions {
  const stored = useSignal<readonly StoredTransition[]>([]);
  const next = useSignal<string | null>(null);
  const hasFailed = useSignal(false);
  const isAsking = useRef(false);
  const rows = useComputed(() => transitionHistory(transitions.value, stored.value, patientId));
  const hasMore = useComputed(() => next.value !== null && stored.value.length < ROWS_MAX);

  const load = useRef(async (page: string | null): Promise<void> => {
    if (isAsking.current) return;
    isAsking.current = true;
    try {
      const found = await pageOf(patientId, page);
      stored.value = page === null ? found.rows : [...stored.peek(), ...found.rows];
      next.value = found.next;
      hasFailed.value = false;
    } catch {
      hasFailed.value = true;
    } finally {
      isAsking.current = false;
    }
  }).current;

  useEffect(
    () =>
      effect(() => {
        if (isLive.value) void load(null);
      }),
    [load],
  );
  return { rows, hasMore, hasFailed, more: () => void load(next.peek()) };
}

function pageOf(patientId: string, next: string | null): Promise<PageOf<StoredTransition>> {
  return get<PageOf<StoredTransition>>("/api/v1/transitions", {
    patient_id: patientId,
    limit: PAGE_ROWS,
    ...(next === null ? {} : { next }),
  });
}
