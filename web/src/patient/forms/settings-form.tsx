/** What scores need to know of a patient besides measurements. */
import type { PatientState } from "../../state/patients";
import { patientApi, send } from "../../wire/api";
import { t } from "../../words/words";
import { actor, useEntry } from "./entry";
import { ActorField, Field, FormFoot } from "./fields";
import type { PatientSettings } from "./limits";
import type { Settings } from "./use-settings";

interface Props {
  readonly patient: PatientState;
  readonly held: Settings;
}

export function SettingsForm({ patient, held }: Props) {
  const { outcome, submit } = useEntry();
  const { spo2_scale, age } = patient.about.value;
  const onSubmit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const before = { ...held.settings.peek(), spo2_scale, age };
    const isKept = await submit(form, () => put(patient.id, new FormData(form), before));
    if (isKept) await held.load();
  };
  const isPregnant = held.settings.value?.pregnant === true;
  return (
    <form
      class="entry"
      data-testid="settings-form"
      aria-label={t("patient.settings")}
      noValidate
      onSubmit={(event) => void onSubmit(event)}
    >
      <ActorField outcome={outcome} />
      <Field name="spo2_scale" label={t("patient.spo2_scale")} outcome={outcome}>
        <select name="spo2_scale" value={String(spo2_scale)}>
          <option value="1">{t("patient.scale_1")}</option>
          <option value="2">{t("patient.scale_2")}</option>
        </select>
      </Field>
      <p class="warning">{t("patient.scale_warning")}</p>
      <Field name="age" label={t("patient.age_years")} outcome={outcome}>
        <input type="number" name="age" min={0} max={130} defaultValue={age ?? ""} />
      </Field>
      <Field name="pregnant" label={t("patient.pregnant")} outcome={outcome}>
        <select name="pregnant" value={String(isPregnant)}>
          <option value="false">{t("patient.no")}</option>
          <option value="true">{t("patient.yes")}</option>
        </select>
      </Field>
      <FormFoot outcome={outcome} label={t("patient.settings_submit")} />
    </form>
  );
}

/** Only what differs from before is sent. */
export function changedSettings(form: FormData, before: PatientSettings): Record<string, unknown> {
  const text = (name: string): string => String(form.get(name) ?? "").trim();
  const scale = Number(text("spo2_scale"));
  const age = text("age") === "" ? null : Number(text("age"));
  const isPregnant = text("pregnant") === "true";
  return {
    ...(scale === (before.spo2_scale ?? 1) ? {} : { spo2_scale: scale }),
    ...(age === (before.age ?? null) ? {} : { age }),
    ...(isPregnant === (before.pregnant ?? false) ? {} : { pregnant: isPregnant }),
  };
}

async function put(patientId: string, form: FormData, before: PatientSettings): Promise<string> {
  const change = { actor: actor.peek().trim(), ...changedSettings(form, before) };
  await send("PUT", patientApi(patientId, "settings"), change);
  return t("patient.settings_kept");
}
