/** Alarm limits of one patient: the profile's, those set for the patient, and what a form changes. */
import { fromUnit, shown } from "../../format/values";
import { type AlarmRule, PROFILES } from "../../wire/catalogue";

/** How one rule differs from its profile's; `limit` null switches it off. */
export type RuleOverride = Readonly<Record<string, unknown>> & { readonly limit?: number | null };

/** `settings` of `GET /api/v1/patients/{id}`: what was last set for this patient. */
export interface PatientSettings {
  readonly profile?: string;
  readonly limits?: Readonly<Record<string, RuleOverride | null>>;
  readonly spo2_scale?: 1 | 2;
  readonly age?: number | null;
  readonly pregnant?: boolean;
}

/** Limits as texts in the station's unit, by rule; empty: off. */
export type Drafts = Readonly<Record<string, string>>;

export const DEFAULT_PROFILE = "adult";

/** The rules of a profile, in order. */
export function rulesOf(profile: string): readonly AlarmRule[] {
  return PROFILES[profile] ?? PROFILES[DEFAULT_PROFILE] ?? [];
}

/** The limits in force for a patient, if the profile were this one. */
export function draftsInForce(settings: PatientSettings, profile: string): Drafts {
  const texts = rulesOf(profile).map((rule) => {
    const override = settings.limits?.[rule.name];
    const limit = override?.limit === undefined ? rule.limit : override.limit;
    return [rule.name, limitText(rule, limit)];
  });
  return Object.fromEntries(texts);
}

/** What is in force now, except where somebody typed something else since `sent`. */
export function keptDrafts(inForce: Drafts, drafts: Drafts, sent: Drafts): Drafts {
  const typed = Object.entries(drafts).filter(([rule, draft]) => draft !== sent[rule]);
  return { ...inForce, ...Object.fromEntries(typed) };
}

/** A limit as the form shows it. */
export function limitText(rule: AlarmRule, limit: number | null): string {
  return limit === null ? "" : shown(rule.vital, limit);
}

/**
 * What a form changes, for `PUT settings`: null goes back to the profile's rule. A rule's delay or
 * priority that was set before stays, because an override takes the place of the one before.
 */
export function changedLimits(
  drafts: Drafts,
  settings: PatientSettings,
  profile: string,
): Record<string, RuleOverride | null> {
  const before = draftsInForce(settings, profile);
  const changes: Record<string, RuleOverride | null> = {};
  for (const rule of rulesOf(profile)) {
    const draft = (drafts[rule.name] ?? "").trim();
    if (draft === before[rule.name]) continue;
    const isDefault = draft === limitText(rule, rule.limit);
    changes[rule.name] = isDefault ? null : overrideOf(rule, draft, settings);
  }
  return changes;
}

function overrideOf(rule: AlarmRule, draft: string, settings: PatientSettings): RuleOverride {
  const limit = draft === "" ? null : fromUnit(rule.vital, Number(draft));
  return { ...settings.limits?.[rule.name], limit };
}
