/** A big number, in place and honest: `--` and how old the last one is as soon as it is not live. */
import { useComputed } from "@preact/signals";
import { ageMs, ageText } from "../format/times";
import { NO_VALUE, shown } from "../format/values";
import { isOn, lookOf, onConditions } from "../state/alarms";
import { serverNow } from "../state/clock";
import type { PatientState } from "../state/patients";
import type { VitalName, VitalValue } from "../wire/messages";
import { t } from "../words/words";

interface OfVital {
  readonly patient: PatientState;
  readonly vital: VitalName;
}

/** The number alone, in the colour of its alarm where there is one. */
export function VitalNumber({ patient, vital }: OfVital) {
  const value = patient.vitals[vital];
  const text = useComputed(() => liveText(vital, value.value));
  const age = useComputed(() => ageSeconds(value.value, serverNow.value));
  const state = useComputed(() => value.value.state);
  const look = useComputed(() => {
    const own = patient.conditions.value.filter((one) => one.vital === vital && isOn(one));
    const [worst] = onConditions(own.filter((one) => !one.rule.endsWith("_stale")));
    return worst === undefined ? "" : lookOf(worst);
  });
  return (
    <b class="vital" data-vital={vital} data-age={age} data-value-state={state} data-look={look}>
      {text}
    </b>
  );
}

/** Under a number that is not live: what was measured last, and when. */
export function LastKnown({ patient, vital }: OfVital) {
  const text = useComputed(() => lastText(vital, patient.vitals[vital].value, serverNow.value));
  return <span class="last-known">{text}</span>;
}

/** The number as shown: only a live value is one. */
export function liveText(vital: VitalName, value: VitalValue): string {
  return value.state === "live" ? shown(vital, value.value) : NO_VALUE;
}

function lastText(vital: VitalName, value: VitalValue, nowMs: number): string {
  if (value.state === "live") return "";
  const age = ageMs(value.observed_at, nowMs);
  if (value.value === null || age === null) return t("patient.never_measured");
  return t("patient.last_known", { value: shown(vital, value.value), age: ageText(age) });
}

function ageSeconds(value: VitalValue, nowMs: number): string | undefined {
  const age = ageMs(value.observed_at, nowMs);
  return age === null ? undefined : String(Math.floor(age / 1000));
}
