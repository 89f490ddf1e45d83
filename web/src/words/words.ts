/**
 * Every text on screen, by key and language. One file per page and language in `en/` and `de/`;
 * English is the pattern: a key that is missing elsewhere fails the type check.
 */
import { computed, type ReadonlySignal } from "@preact/signals";
import { type Language, preferences } from "../state/preferences";
import deAdmissions from "./de/admissions.json";
import deFrame from "./de/frame.json";
import deOverview from "./de/overview.json";
import dePatient from "./de/patient.json";
import deSystem from "./de/system.json";
import deTerms from "./de/terms.json";
import deWard from "./de/ward.json";
import enAdmissions from "./en/admissions.json";
import enFrame from "./en/frame.json";
import enOverview from "./en/overview.json";
import enPatient from "./en/patient.json";
import enSystem from "./en/system.json";
import enTerms from "./en/terms.json";
import enWard from "./en/ward.json";

const EN = {
  ...enTerms,
  ...enFrame,
  ...enWard,
  ...enPatient,
  ...enOverview,
  ...enAdmissions,
  ...enSystem,
};
const DE: typeof EN = {
  ...deTerms,
  ...deFrame,
  ...deWard,
  ...dePatient,
  ...deOverview,
  ...deAdmissions,
  ...deSystem,
};
const CATALOGUES: Readonly<Record<Language, typeof EN>> = { en: EN, de: DE };

export type Key = keyof typeof EN;
export type Parameters = Readonly<Record<string, string | number>>;

const catalogue: ReadonlySignal<typeof EN> = computed(() => CATALOGUES[preferences.value.language]);

/** The text of a key, `{name}` replaced by parameters. Read in a component it follows the language. */
export function t(key: Key, parameters: Parameters = {}): string {
  return filled(catalogue.value[key], parameters);
}

/** The text of a name that came from the server (a rule, a course), else the name in plain words. */
export function named(prefix: string, name: string): string {
  const texts: Readonly<Record<string, string>> = catalogue.value;
  return texts[`${prefix}.${name}`] ?? name.replaceAll("_", " ");
}

/** Whole numbers and fractions as people of the language write them. */
export function localNumber(value: number, decimals = 0): string {
  return value.toLocaleString(preferences.value.language, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

function filled(text: string, parameters: Parameters): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(parameters[name] ?? whole));
}
