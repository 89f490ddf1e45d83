/**
 * The last readings of a patient: asked for once, then built from the feed. The feed brings values
 * that are in force; a reading that changed none of them (another source is in force, all of it is
 * late) is asked for.
 */
import { effect, type ReadonlySignal, type Signal, useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { isLive } from "../../state/link";
import type { PatientState } from "../../state/patients";
import { get } from "../../wire/api";
import { VITAL_NAMES } from "../../wire/catalogue";
import type { PageOf, VitalName, VitalValue } from "../../wire/messages";
import {
  merged,
  type Picture,
  READINGS_MAX,
  readingsBetween,
  type ShownReading,
} from "./live-readings";

/** So often at most, however many such readings come. */
const ASK_EVERY_MS = 5_000;

export interface Readings {
  readonly rows: ReadonlySignal<readonly ShownReading[]>;
  readonly hasFailed: ReadonlySignal<boolean>;
}

type Rows = Signal<readonly ShownReading[]>;

export function useReadings(patient: PatientState): Readings {
  const live: Rows = useSignal<readonly ShownReading[]>([]);
  const stored: Rows = useSignal<readonly ShownReading[]>([]);
  const hasFailed = useSignal(false);
  useEffect(() => {
    const ask = (): void => {
      load(patient.id, stored, live).then(
        () => {
          hasFailed.value = false;
        },
        () => {
          hasFailed.value = true;
        },
      );
    };
    const { askLater, end } = atMostEvery(ASK_EVERY_MS, ask);
    const ends = [
      gatherLive(patient, live, askLater),
      // Asked again after the link was lost: what came meanwhile is in no picture.
      effect(() => {
        if (isLive.value) ask();
      }),
      end,
    ];
    return () => {
      for (const stop of ends) stop();
    };
  }, [patient, stored, live, hasFailed]);
  return { rows: useComputed(() => merged(live.value, stored.value)), hasFailed };
}

/** `onUnseen`: a reading came that the feed does not show. */
function gatherLive(patient: PatientState, live: Rows, onUnseen: () => void): () => void {
  let before = pictureOf(patient);
  let readAt = patient.lastReadingAt.peek();
  return effect(() => {
    const after = pictureOf(patient);
    const isUnseen = patient.lastReadingAt.value !== readAt;
    const found = readingsBetween(before, after);
    before = after;
    readAt = patient.lastReadingAt.value;
    if (found.length > 0) live.value = merged(found, live.peek());
    else if (isUnseen) onUnseen();
  });
}

function atMostEvery(everyMs: number, call: () => void): { askLater(): void; end(): void } {
  let timer = 0;
  let calledAt = Number.NEGATIVE_INFINITY;
  return {
    askLater() {
      if (timer !== 0) return;
      const waitMs = Math.max(0, calledAt + everyMs - performance.now());
      timer = window.setTimeout(() => {
        timer = 0;
        calledAt = performance.now();
        call();
      }, waitMs);
    },
    end: () => window.clearTimeout(timer),
  };
}

async function load(patientId: string, stored: Rows, live: Rows): Promise<void> {
  const asked = { patient_id: patientId, limit: READINGS_MAX };
  const { rows } = await get<PageOf<ShownReading>>("/api/v1/readings", asked);
  const newest = rows[0] === undefined ? 0 : Date.parse(rows[0].timestamp);
  stored.value = rows;
  live.value = live.peek().filter((row) => Date.parse(row.timestamp) > newest);
}

function pictureOf({ vitals, inputs }: PatientState): Picture {
  const values = VITAL_NAMES.map((name) => [name, vitals[name].value]);
  return {
    vitals: Object.fromEntries(values) as Record<VitalName, VitalValue>,
    inputs: inputs.value,
  };
}
