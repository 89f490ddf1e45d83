/** What forms are made of. */
import type { ReadonlySignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { t } from "../../words/words";
import { actor, type Outcome } from "./entry";

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly unit?: string;
  readonly outcome: ReadonlySignal<Outcome>;
}

/** A label over an input, and what was wrong with it. */
export function Field({
  label,
  unit,
  name,
  outcome,
  children,
}: FieldProps & { readonly children: ComponentChildren }) {
  const { field, text } = outcome.value;
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is the child
    <label class="field" data-wrong={field === name ? "" : undefined}>
      <span>
        {label} {unit !== undefined && <span class="unit">{unit}</span>}
      </span>
      {children}
      {field === name && <span class="wrong">{text}</span>}
    </label>
  );
}

/** A number in the station's unit, empty for none. */
export function NumberField(props: FieldProps) {
  return (
    <Field {...props}>
      <input
        type="number"
        step="any"
        inputMode="decimal"
        name={props.name}
        aria-invalid={props.outcome.value.field === props.name}
        autoComplete="off"
      />
    </Field>
  );
}

/** A text that is not remembered by the browser. */
export function TextField(props: FieldProps & { readonly value?: string }) {
  return (
    <Field {...props}>
      <input
        name={props.name}
        defaultValue={props.value ?? ""}
        maxLength={128}
        aria-invalid={props.outcome.value.field === props.name}
        autoComplete="off"
      />
    </Field>
  );
}

/** Who enters this; the same in all forms of the page. */
export function ActorField({ outcome }: { readonly outcome: ReadonlySignal<Outcome> }) {
  return (
    <Field name="actor" label={t("patient.actor")} outcome={outcome}>
      <input
        name="actor"
        value={actor}
        maxLength={128}
        autoComplete="off"
        aria-invalid={outcome.value.field === "actor"}
        onInput={(change) => {
          actor.value = change.currentTarget.value;
        }}
      />
    </Field>
  );
}

/** The button, and what became of the entry. */
export function FormFoot({
  outcome,
  label,
}: {
  readonly outcome: ReadonlySignal<Outcome>;
  readonly label: string;
}) {
  const { state, text } = outcome.value;
  return (
    <div class="form-foot">
      <button type="submit" class="primary" aria-disabled={state === "sending"}>
        {label}
      </button>
      <p role="status">
        {state === "kept" ? text : state === "sending" ? t("patient.sending") : ""}
      </p>
      {state === "refused" && <p role="alert">{text}</p>}
    </div>
  );
}
