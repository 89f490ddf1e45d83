/** The last readings of a patient: asked for once, then built from the feed. */
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

export interface Readings {
  readonly rows: ReadonlySignal<readonly ShownReading[]>;
  readonly hasFailed: ReadonlySignal<boolean>;
}

type Rows = Signal<readonly ShownReading[]>;

export function useReadings(patient: PatientState): Readings {
  const live: Rows = useSignal<readonly ShownReading[]>([]);
  const stored: Rows = useSignal<readonly ShownReading[]>([]);
  const hasFailed = useSignal(false);
  useEffect(() => gatherLive(patient, live), [patient, live]);
  useEffect(() => {
    // Asked again after the link was lost: what came meanwhile is in no picture.
    return effect(() => {
      if (!isLive.value) return;
      load(patient.id, stored, live).then(
        () => {
          hasFailed.value = false;
        },
        () => {
          hasFailed.value = true;
        },
      );
    });
  }, [patient.id, stored, live, hasFailed]);
  return { rows: useComputed(() => merged(live.value, stored.value)), hasFailed };
}

function gatherLive(patient: PatientState, live: Rows): () => void {
  let before = pictureOf(patient);
  return effect(() => {
    const after = pictureOf(patient);
    const found = readingsBetween(before, after);
    before = after;
    if (found.length > 0) live.value = merged(found, live.peek());
  });
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
