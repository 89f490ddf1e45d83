/** The five numbers on top. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { NO_VALUE } from "../format/values";
import type { AdmissionSummary } from "../wire/messages";
import { localNumber, t } from "../words/words";
import { summary } from "./desk";

const FIGURES = ["patients", "admissions", "high-risk", "age", "oxygen"] as const;
type Name = (typeof FIGURES)[number];

const VALUES: Readonly<Record<Name, (told: AdmissionSummary) => number | null>> = {
  patients: (told) => told.patients,
  admissions: (told) => told.admissions,
  "high-risk": (told) => told.high_risk_patients,
  age: (told) => told.average_age,
  oxygen: (told) => told.critical_oxygen,
};

export function KeyFigures() {
  return (
    <section class="figures" aria-label={t("admissions.figures")}>
      {FIGURES.map((name) => (
        <Figure key={name} name={name} value={TEXTS[name]} />
      ))}
    </section>
  );
}

function Figure({ name, value }: { readonly name: Name; readonly value: ReadonlySignal<string> }) {
  return (
    <div class="figure">
      <h2>{t(`admissions.kpi.${name}`)}</h2>
      <p class="figure-number">
        <b data-testid={`kpi-${name}`}>{value}</b>
        {name === "age" && <span> {t("admissions.years")}</span>}
      </p>
      <p class="figure-note">{t(`admissions.kpi_note.${name}`)}</p>
    </div>
  );
}

const TEXTS = Object.fromEntries(FIGURES.map((name) => [name, textOf(name)])) as Readonly<
  Record<Name, ReadonlySignal<string>>
>;

function textOf(name: Name): ReadonlySignal<string> {
  return computed(() => {
    const value = summary.value === null ? null : VALUES[name](summary.value);
    return value === null ? NO_VALUE : localNumber(value, name === "age" ? 1 : 0);
  });
}
