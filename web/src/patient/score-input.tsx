/** What a score was made of: the value of a part, and how old it is. */
import { useComputed } from "@preact/signals";
import { ageText } from "../format/times";
import { shown } from "../format/values";
import { serverNow } from "../state/clock";
import type { PatientState } from "../state/patients";
import { VITAL_NAMES } from "../wire/catalogue";
import type { ScoreInput, VitalName } from "../wire/messages";
import { type Key, named, t } from "../words/words";

interface OfPart {
  readonly patient: PatientState;
  readonly part: string;
}

/** The value a part was judged by; `missing` or `too old` where there is none to judge. */
export function InputValue({ patient, part }: OfPart) {
  const text = useComputed(() => {
    const input = patient.inputs.value[part];
    return input === undefined ? t(whyMissing(patient, part)) : inputText(part, input.value);
  });
  return <span class="input-value">{text}</span>;
}

/** How old it is. */
export function InputAge({ patient, part }: OfPart) {
  const text = useComputed(() => {
    const at = patient.inputs.value[part]?.at;
    if (at !== undefined) return ageText(Math.max(0, serverNow.value - Date.parse(at)));
    const observed = isVital(part) ? patient.vitals[part].value.observed_at : null;
    return observed === null ? "" : ageText(serverNow.value - Date.parse(observed));
  });
  return <span class="input-age">{text}</span>;
}

/** A part's value in the station's language and unit. */
export function inputText(part: string, value: ScoreInput["value"]): string {
  if (typeof value === "boolean") {
    return part === "on_oxygen" ? t(`oxygen.${value ? "true" : "false"}`) : t(yesOrNo(value));
  }
  if (typeof value === "string") return named("consciousness", value);
  return isVital(part) ? shown(part, value) : String(Math.round(value * 100) / 100);
}

/** The name of a part of a score. */
export function partName(part: string): string {
  return named(isVital(part) || isContext(part) ? "vital" : "part", part);
}

function whyMissing(patient: PatientState, part: string): Key {
  const isOld = isVital(part) && patient.vitals[part].value.value !== null;
  return isOld ? "patient.too_old" : "patient.missing";
}

function yesOrNo(value: boolean): Key {
  return value ? "patient.yes" : "patient.no";
}

function isVital(part: string): part is VitalName {
  return (VITAL_NAMES as readonly string[]).includes(part);
}

function isContext(part: string): boolean {
  return part === "on_oxygen" || part === "consciousness" || part === "fio2";
}
