/** The most urgent condition over the whole width; nothing where there is none. */
import { useComputed } from "@preact/signals";
import { conditionSentence, conditionText, usuallyText } from "../format/conditions";
import { stopwatch } from "../format/times";
import { isEnding, lookOf, onConditions } from "../state/alarms";
import { serverNow } from "../state/clock";
import type { PatientState } from "../state/patients";
import type { Condition } from "../wire/messages";
import { t } from "../words/words";

export function AlarmBar({ patient }: { readonly patient: PatientState }) {
  const on = onConditions(patient.conditions.value);
  const [worst] = on;
  if (worst === undefined) return null;
  const { vital } = worst;
  const value = vital === "" ? undefined : patient.vitals[vital].peek();
  return (
    <section
      class="alarm-bar"
      data-look={lookOf(worst)}
      data-ending={isEnding(worst)}
      aria-label={t("patient.most_urgent")}
    >
      <strong>
        <Mark condition={worst} /> {conditionText(worst)} <For patient={patient} />
      </strong>
      <span>{conditionSentence(worst)}</span>
      <span>{usuallyText(worst, value)}</span>
      {on.length > 1 && <a href="#conditions">{t("patient.more_alarms", { n: on.length - 1 })}</a>}
    </section>
  );
}

/** `***`, `**` or `*`, and in words for those who do not see it. Technical ones say `?`. */
export function Mark({ condition }: { readonly condition: Condition }) {
  const { kind, priority } = condition;
  const isTechnical = kind === "technical";
  return (
    <span class="mark" data-look={lookOf(condition)}>
      <span aria-hidden="true">{t(`mark.${isTechnical ? "technical" : priority}`)}</span>
      <span class="unseen">
        {t(`priority.${priority}`)}
        {isTechnical && `, ${t("kind.technical")}`}
      </span>
    </span>
  );
}

/** How long the worst one lasts. */
function For({ patient }: { readonly patient: PatientState }) {
  const text = useComputed(() => {
    const onset = onConditions(patient.conditions.value)[0]?.onset ?? null;
    return onset === null ? "" : `· ${stopwatch(serverNow.value - Date.parse(onset))}`;
  });
  return <span class="for">{text}</span>;
}
