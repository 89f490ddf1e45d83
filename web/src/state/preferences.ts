/** What a person set on this station; kept in this browser only. */
import { effect, type Signal, signal } from "@preact/signals";

export type Theme = "system" | "dark" | "light" | "contrast";
export type Language = "en" | "de";
export type TemperatureUnit = "C" | "F";
export type PressureUnit = "mmHg" | "kPa";
/** How big tiles are: as many as fit, or fewer and larger. */
export type Density = "auto" | "comfortable" | "compact" | "glance";

export interface Preferences {
  readonly theme: Theme;
  readonly language: Language;
  readonly temperature: TemperatureUnit;
  readonly pressure: PressureUnit;
  readonly density: Density;
}

const KEY = "wardline.preferences";
const CHOICES = {
  theme: ["system", "dark", "light", "contrast"],
  language: ["en", "de"],
  temperature: ["C", "F"],
  pressure: ["mmHg", "kPa"],
  density: ["auto", "comfortable", "compact", "glance"],
} as const satisfies { [Name in keyof Preferences]: readonly Preferences[Name][] };

const DEFAULTS: Preferences = {
  theme: "dark",
  language: "en",
  temperature: "C",
  pressure: "mmHg",
  density: "auto",
};

export const preferences: Signal<Preferences> = signal(stored());

/** Change one thing. */
export function prefer(changes: Partial<Preferences>): void {
  preferences.value = { ...preferences.peek(), ...changes };
}

/** Every choice there is for a preference. */
export function choices<Name extends keyof Preferences>(name: Name): readonly Preferences[Name][] {
  return CHOICES[name] as readonly unknown[] as readonly Preferences[Name][];
}

/** Keep preferences in the browser, and say theme and language on the document. */
export function applyPreferences(): () => void {
  const light = window.matchMedia("(prefers-color-scheme: light)");
  const show = (): void => {
    const { theme, language } = preferences.value;
    const root = document.documentElement;
    root.dataset["theme"] = theme === "system" ? (light.matches ? "light" : "dark") : theme;
    root.lang = language;
    keep(preferences.value);
  };
  light.addEventListener("change", show);
  const end = effect(show);
  return () => {
    light.removeEventListener("change", show);
    end();
  };
}

function keep(kept: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // A browser that keeps nothing asks again the next time.
  }
}

function stored(): Preferences {
  const browserLanguage = navigator.language.startsWith("de") ? "de" : "en";
  const found: Record<string, unknown> = { ...DEFAULTS, language: browserLanguage };
  const kept = readKept();
  for (const [name, allowed] of Object.entries(CHOICES)) {
    const value = kept[name];
    if ((allowed as readonly unknown[]).includes(value)) found[name] = value;
  }
  return found as unknown as Preferences;
}

function readKept(): Record<string, unknown> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof kept === "object" && kept !== null ? (kept as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
