/** Where a patient lies: admission, transfer, discharge. */
import { useSignal } from "@preact/signals";
import type { PatientState } from "../../state/patients";
import { patientApi, send } from "../../wire/api";
import { t } from "../../words/words";
import { actor, useEntry } from "./entry";
import { ActorField, Field, FormFoot, TextField } from "./fields";

type Move = "admission" | "transfer" | "discharge";

const FIELDS: Readonly<Record<Move, readonly ("admission_id" | "ward" | "bed")[]>> = {
  admission: ["admission_id", "ward", "bed"],
  transfer: ["ward", "bed"],
  discharge: [],
};

export function StayForm({ patient }: { readonly patient: PatientState }) {
  const { outcome, submit } = useEntry();
  const isHere = patient.about.value.bed !== null;
  const chosen = useSignal<Move | null>(null);
  const move = chosen.value ?? (isHere ? "transfer" : "admission");
  const onSubmit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    if (await submit(form, () => post(patient.id, move, new FormData(form)))) {
      chosen.value = null;
    }
  };
  return (
    <form
      class="entry"
      data-testid="stay-form"
      aria-label={t("patient.stay")}
      noValidate
      onSubmit={(event) => void onSubmit(event)}
    >
      <ActorField outcome={outcome} />
      <Field name="move" label={t("patient.move")} outcome={outcome}>
        <select
          name="move"
          value={move}
          onChange={(change) => {
            chosen.value = change.currentTarget.value as Move;
          }}
        >
          {(["transfer", "discharge", "admission"] as const).map((one) => (
            <option key={one} value={one}>
              {t(`patient.move.${one}`)}
            </option>
          ))}
        </select>
      </Field>
      {FIELDS[move].map((name) => (
        <TextField
          key={`${move} ${name}`}
          name={name}
          label={t(`patient.${name}`)}
          outcome={outcome}
        />
      ))}
      {move === "discharge" && <p class="warning">{t("patient.discharge_warning")}</p>}
      <FormFoot outcome={outcome} label={t(`patient.move.${move}`)} />
    </form>
  );
}

async function post(patientId: string, move: Move, form: FormData): Promise<string> {
  const fields = FIELDS[move].map((name) => [name, String(form.get(name) ?? "").trim()]);
  const content = { actor: actor.peek().trim(), ...Object.fromEntries(fields) };
  await send("POST", patientApi(patientId, move), content);
  return t(`patient.moved.${move}`);
}
