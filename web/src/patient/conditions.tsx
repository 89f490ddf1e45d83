/** Why: every condition that is not normal, in whole sentences. */
import { useComputed } from "@preact/signals";
import { conditionSentence, conditionText, usuallyText } from "../format/conditions";
import { clockText, stopwatch } from "../format/times";
import { byUrgency, isOn, lookOf } from "../state/alarms";
import { serverNow } from "../state/clock";
import type { PatientState } from "../state/patients";
import type { Condition } from "../wire/messages";
import { t } from "../words/words";
import { Mark } from "./alarm-bar";

interface OfPatient {
  readonly patient: PatientState;
}

export function ConditionsCard({ patient }: OfPatient) {
  const rows = byTurn(patient.conditions.value);
  return (
    <section class="card" id="conditions" data-testid="conditions" aria-label={t("patient.why")}>
      <header class="card-head">
        <h2>{t("patient.why")}</h2>
      </header>
      {rows.length === 0 && <p class="nothing">{t("patient.no_conditions")}</p>}
      <ul class="conditions">
        {rows.map((condition) => (
          <ConditionRow key={condition.rule} condition={condition} patient={patient} />
        ))}
      </ul>
    </section>
  );
}

/** Those that are on, most urgent first, then those that may come. */
export function byTurn(conditions: readonly Condition[]): readonly Condition[] {
  return [...conditions].sort((a, b) => Number(isOn(b)) - Number(isOn(a)) || byUrgency(a, b));
}

function ConditionRow({ condition, patient }: OfPatient & { readonly condition: Condition }) {
  const { rule, state, vital, reason, onset } = condition;
  const value = vital === "" ? undefined : patient.vitals[vital].peek();
  const usually = usuallyText(condition, value);
  return (
    <li data-rule={rule} data-condition-state={state} data-look={lookOf(condition)} title={reason}>
      <Mark condition={condition} />
      <span class="sentence">
        <strong>{conditionText(condition)}</strong> {conditionSentence(condition)}
        {usually !== "" && <span class="aside"> {usually}</span>}
      </span>
      <span class="since">
        {t(`state.${state}`)}
        {onset !== null && <Since key={onset} onset={onset} />}
      </span>
    </li>
  );
}

function Since({ onset }: { readonly onset: string }) {
  const text = useComputed(() => stopwatch(serverNow.value - Date.parse(onset)));
  return (
    <time dateTime={onset} title={clockText(Date.parse(onset))}>
      {text}
    </time>
  );
}
