import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { isOnlyDots } from "../../state/route";
import { get, RequestError } from "../../wire/api";
import type { PatientSettings } from "./limits";

const PATIENTS = "/api/v1/patients";

export interface Settings {
  /** Null until they are known. */
  readonly settings: Signal<PatientSettings | null>;
  readonly hasFailed: Signal<boolean>;
  /** Ask for them (again). */
  load(): Promise<void>;
}

/** What was set for a patient by people. */
export function useSettings(patientId: string): Settings {
  const settings = useSignal<PatientSettings | null>(null);
  const hasFailed = useSignal(false);
  const load = useRef(async (): Promise<void> => {
    try {
      settings.value = await settingsOf(patientId);
      hasFailed.value = false;
    } catch {
      hasFailed.value = true;
    }
  }).current;
  useEffect(() => void load(), [load]);
  return { settings, hasFailed, load };
}

interface PatientAnswer {
  readonly patient_id: string;
  readonly settings: PatientSettings | null;
}

async function settingsOf(patientId: string): Promise<PatientSettings> {
  if (isOnlyDots(patientId)) {
    const all = await get<{ patients: readonly PatientAnswer[] }>(PATIENTS);
    return all.patients.find(({ patient_id }) => patient_id === patientId)?.settings ?? {};
  }
  try {
    const path = `${PATIENTS}/${encodeURIComponent(patientId)}`;
    return (await get<PatientAnswer>(path)).settings ?? {};
  } catch (error) {
    // Nobody has entered anything about this patient yet.
    if (error instanceof RequestError && error.status === 404) return {};
    throw error;
  }
}
