/** Charting what no monitor measures. */
import { unitOf } from "../../format/values";
import type { PatientState } from "../../state/patients";
import { patientApi, RequestError, send } from "../../wire/api";
import type { VitalName } from "../../wire/messages";
import { named, t } from "../../words/words";
import { actor, useEntry } from "./entry";
import { ActorField, Field, FormFoot, NumberField } from "./fields";
import {
  CHARTED_VITALS,
  type Charted,
  CONSCIOUSNESS,
  keptText,
  type Observation,
  observationOf,
} from "./observation";

/** What the server calls readings that people charted. */
const CHART_SOURCE = "chart";

export function ChartForm({ patient }: { readonly patient: PatientState }) {
  const { outcome, submit } = useEntry();
  const onSubmit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const isKept = await submit(form, () => chart(patient, form));
    if (isKept) clear(form);
  };
  return (
    <form
      class="entry"
      data-testid="chart-form"
      aria-label={t("patient.chart")}
      noValidate
      onSubmit={(event) => void onSubmit(event)}
    >
      <ActorField outcome={outcome} />
      {CHARTED_VITALS.map((vital) => (
        <NumberField
          key={vital}
          name={vital}
          label={labelOf(vital)}
          unit={unitOf(vital)}
          outcome={outcome}
        />
      ))}
      <Field name="consciousness" label={t("vital.consciousness")} outcome={outcome}>
        <select name="consciousness">
          <option value="">{t("patient.not_observed")}</option>
          {CONSCIOUSNESS.map((level) => (
            <option key={level} value={level}>
              {level} · {t(`consciousness.${level}`)}
            </option>
          ))}
        </select>
      </Field>
      <Field name="on_oxygen" label={t("vital.on_oxygen")} outcome={outcome}>
        <select name="on_oxygen">
          <option value="">{t("patient.not_observed")}</option>
          <option value="false">{t("oxygen.false")}</option>
          <option value="true">{t("oxygen.true")}</option>
        </select>
      </Field>
      <FormFoot outcome={outcome} label={t("patient.chart_submit")} />
    </form>
  );
}

/** Pressure that is charted was taken by cuff. */
function labelOf(vital: VitalName): string {
  const isPressure = vital === "systolic_bp" || vital === "diastolic_bp";
  return isPressure ? `${t(`vital.${vital}`)} (${t("patient.cuff")})` : t(`vital.${vital}`);
}

async function chart(patient: PatientState, form: HTMLFormElement): Promise<string> {
  const observation = observationOf(new FormData(form), actor.peek().trim());
  const answer = await send<Charted>("POST", patientApi(patient.id, "observations"), observation);
  const [first] = answer.flagged ?? [];
  if (first === undefined)
    return `${keptText(observation)} ${followedText(patient, observation)}`.trim();
  // Stored, but without the impossible value: whoever charted it has to know.
  const lost = new Set((answer.flagged ?? []).map(({ field }) => field));
  const text = t("patient.not_kept", { what: named("vital", first.field), reason: first.reason });
  throw new RequestError(422, `${text} ${keptText(observation, lost)}`.trim(), first.field);
}

/** A vital sign follows one source while that is current; then what was charted is not in force. */
function followedText(patient: PatientState, observation: Observation): string {
  const followed = CHARTED_VITALS.filter((name) => {
    const { state, source } = patient.vitals[name].peek();
    return observation[name] !== undefined && state === "live" && source !== CHART_SOURCE;
  });
  if (followed.length === 0) return "";
  return t("patient.followed", { what: followed.map((name) => t(`short.${name}`)).join(", ") });
}

/** Ready for the next one, by the same person. */
function clear(form: HTMLFormElement): void {
  for (const input of form.querySelectorAll<HTMLInputElement>("[name]:not([name=actor])")) {
    input.value = "";
  }
}
