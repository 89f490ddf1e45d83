/** Alarm limits: in force, the profile's own, and changing them. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { unitOf } from "../../format/values";
import type { PatientState } from "../../state/patients";
import { patientApi, send } from "../../wire/api";
import { type AlarmRule, PROFILES } from "../../wire/catalogue";
import { named, t } from "../../words/words";
import { actor, type Entry, useEntry } from "./entry";
import { ActorField, Field, FormFoot } from "./fields";
import {
  changedLimits,
  DEFAULT_PROFILE,
  type Drafts,
  draftsInForce,
  keptDrafts,
  limitText,
  type PatientSettings,
  rulesOf,
} from "./limits";
import type { Settings } from "./use-settings";

interface Props {
  readonly patient: PatientState;
  readonly held: Settings;
}

export function LimitsForm({ patient, held }: Props) {
  const entry = useEntry();
  const profile = useSignal(DEFAULT_PROFILE);
  const drafts = useSignal<Drafts>({});
  /** What the form held when it was last the same as the server's. */
  const sent = useRef<Drafts>({});
  const settings = held.settings.value;
  useEffect(() => {
    if (settings === null) return;
    profile.value = settings.profile ?? DEFAULT_PROFILE;
    const inForce = draftsInForce(settings, profile.value);
    drafts.value = keptDrafts(inForce, drafts.peek(), sent.current);
    sent.current = inForce;
  }, [settings, profile, drafts]);
  const onSubmit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const change = changeOf(drafts.peek(), settings ?? {}, profile.peek());
    const submitted = drafts.peek();
    if (!(await entry.submit(form, () => put(patient.id, change)))) return;
    sent.current = submitted;
    await held.load();
  };
  return (
    <form
      class="entry limits"
      data-testid="limits-form"
      aria-label={t("patient.limits")}
      noValidate
      onSubmit={(event) => void onSubmit(event)}
    >
      <ActorField outcome={entry.outcome} />
      {settings !== null && (
        <>
          <ProfileField profile={profile} drafts={drafts} settings={settings} entry={entry} />
          <LimitTable profile={profile.value} drafts={drafts} entry={entry} />
        </>
      )}
      {held.hasFailed.value && <p class="failure">{t("patient.no_answer")}</p>}
      <FormFoot outcome={entry.outcome} label={t("patient.limits_submit")} />
    </form>
  );
}

interface ProfileProps {
  readonly profile: Signal<string>;
  readonly drafts: Signal<Drafts>;
  readonly settings: PatientSettings;
  readonly entry: Entry;
}

function ProfileField({ profile, drafts, settings, entry }: ProfileProps) {
  return (
    <Field name="profile" label={t("patient.profile")} outcome={entry.outcome}>
      <select
        name="profile"
        value={profile.value}
        onChange={(change) => {
          profile.value = change.currentTarget.value;
          drafts.value = draftsInForce(settings, profile.value);
        }}
      >
        {Object.keys(PROFILES).map((name) => (
          <option key={name} value={name}>
            {named("patient.profile", name)}
          </option>
        ))}
      </select>
    </Field>
  );
}

interface TableProps {
  readonly profile: string;
  readonly drafts: Signal<Drafts>;
  readonly entry: Entry;
}

function LimitTable({ profile, drafts, entry }: TableProps) {
  return (
    <table class="limit-table">
      <thead>
        <tr>
          <th scope="col">{t("patient.limit")}</th>
          <th scope="col">{t("patient.in_force")}</th>
          <th scope="col">{t("patient.default")}</th>
        </tr>
      </thead>
      <tbody>
        {rulesOf(profile).map((rule) => (
          <LimitRow key={rule.name} rule={rule} drafts={drafts} entry={entry} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps extends Omit<TableProps, "profile"> {
  readonly rule: AlarmRule;
}

function LimitRow({ rule, drafts, entry }: RowProps) {
  const own = limitText(rule, rule.limit);
  const draft = drafts.value[rule.name] ?? "";
  const { field, text } = entry.outcome.value;
  const change = (to: string): void => {
    drafts.value = { ...drafts.peek(), [rule.name]: to };
  };
  return (
    <tr data-changed={draft === own ? undefined : ""}>
      <th scope="row">{ruleName(rule, "short")}</th>
      <td>
        <input
          type="number"
          step="any"
          inputMode="decimal"
          name={rule.name}
          value={draft}
          placeholder={t("patient.off")}
          aria-label={`${ruleName(rule)}, ${unitOf(rule.vital)}`}
          aria-invalid={field === rule.name}
          onInput={(input) => change(input.currentTarget.value)}
        />
        {field === rule.name && <span class="wrong">{text}</span>}
      </td>
      <td>
        <LimitButtons own={own} draft={draft} name={ruleName(rule)} change={change} />
      </td>
    </tr>
  );
}

interface ButtonsProps {
  readonly own: string;
  readonly draft: string;
  readonly name: string;
  readonly change: (to: string) => void;
}

function LimitButtons({ own, draft, name, change }: ButtonsProps) {
  const isOff = draft === "";
  return (
    <span class="limit-buttons">
      <button
        type="button"
        class="quiet"
        aria-disabled={draft === own}
        aria-label={`${name}: ${t("patient.to_default")}`}
        onClick={() => change(own)}
      >
        {own === "" ? t("patient.off") : own}
      </button>
      <button
        type="button"
        class="quiet"
        aria-disabled={isOff}
        aria-label={`${name}: ${t("patient.switch_off")}`}
        onClick={() => change("")}
      >
        {t("patient.off")}
      </button>
    </span>
  );
}

/** `Heart rate, upper limit`. */
export function ruleName(rule: AlarmRule, names: "short" | "vital" = "vital"): string {
  const isSecond = rule.name.includes("_extreme") || rule.name.endsWith("_desaturation");
  const side = rule.is_high ? "high" : "low";
  return `${t(`${names}.${rule.vital}`)}, ${t(isSecond ? `patient.side.extreme_${side}` : `patient.side.${side}`)}`;
}

type Change = Readonly<Record<string, unknown>>;

function changeOf(drafts: Drafts, settings: PatientSettings, profile: string): Change {
  const limits = changedLimits(drafts, settings, profile);
  const isOther = profile !== (settings.profile ?? DEFAULT_PROFILE);
  return {
    actor: actor.peek().trim(),
    ...(isOther ? { profile } : {}),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
  };
}

async function put(patientId: string, change: Change): Promise<string> {
  await send("PUT", patientApi(patientId, "settings"), change);
  return t("patient.limits_kept");
}
