/** What a nurse measured or saw, from a form's texts to the wire. */
import { fromUnit, shown, unitOf } from "../../format/values";
import type { VitalName } from "../../wire/messages";
import { t } from "../../words/words";

export const CHARTED_VITALS = [
  "temperature",
  "systolic_bp",
  "diastolic_bp",
  "respiratory_rate",
] as const satisfies readonly VitalName[];

export const CONSCIOUSNESS = ["A", "C", "V", "P", "U"] as const;

/** Body of `POST observations`; what was left empty is absent. */
export interface Observation {
  readonly actor: string;
  readonly consciousness?: string;
  readonly on_oxygen?: boolean;
  readonly temperature?: number;
  readonly systolic_bp?: number;
  readonly diastolic_bp?: number;
  readonly respiratory_rate?: number;
}

/** The answer: like that of readings. */
export interface Charted {
  readonly accepted: number;
  readonly duplicates: number;
  readonly flagged?: readonly { readonly field: string; readonly reason: string }[];
}

/** A form's texts as an observation; numbers are in the station's units. */
export function observationOf(form: FormData, actor: string): Observation {
  const text = (name: string): string => String(form.get(name) ?? "").trim();
  const numbers = CHARTED_VITALS.filter((vital) => text(vital) !== "").map((vital) => [
    vital,
    fromUnit(vital, Number(text(vital))),
  ]);
  const consciousness = text("consciousness");
  const oxygen = text("on_oxygen");
  return {
    actor,
    ...Object.fromEntries(numbers),
    ...(consciousness === "" ? {} : { consciousness }),
    ...(oxygen === "" ? {} : { on_oxygen: oxygen === "true" }),
  };
}

/** What is kept now, in words: `Kept: Temp 37.2 °C, Alert.`; nothing where nothing is. */
export function keptText(observation: Observation, lost: ReadonlySet<string> = new Set()): string {
  const what = observedTexts(observation, lost).join(", ");
  return what === "" ? "" : t("patient.kept", { what });
}

function observedTexts(observation: Observation, lost: ReadonlySet<string>): string[] {
  const texts: string[] = [];
  for (const vital of CHARTED_VITALS) {
    const value = observation[vital];
    if (value === undefined || lost.has(vital)) continue;
    texts.push(`${t(`short.${vital}`)} ${shown(vital, value)} ${unitOf(vital)}`);
  }
  const { consciousness, on_oxygen } = observation;
  if (consciousness !== undefined) texts.push(t(`consciousness.${consciousness as "A"}`));
  if (on_oxygen !== undefined) texts.push(t(`oxygen.${on_oxygen ? "true" : "false"}`));
  return texts;
}
