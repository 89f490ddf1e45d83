/** The four numbers on top: readings, their rate, how many are unusual, who is critical. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { momentText } from "../format/times";
import { NO_VALUE } from "../format/values";
import { serverNow } from "../state/clock";
import { figures } from "../state/found";
import { localNumber, t } from "../words/words";
import { NEWS2_HIGH, pointsOf, presentPatients, type scoreOf } from "./present";

const readings = computed(() => number(figures.value?.readings_total, 0));
const rate = computed(() => number(figures.value?.readings_per_s, 1));
const alertRate = computed(() => {
  const share = figures.value?.anomalous_share ?? null;
  return number(share === null ? null : share * 100, 1);
});
const alarmsPerHour = computed(() => number(figures.value?.alarms_per_hour, 1));
const since = computed(() => {
  const text = figures.value?.since;
  return text === undefined ? "" : momentText(Date.parse(text), serverNow.value);
});

const critical = computed(() => countText((name) => name === "risk_a", isCritical));
const newsHigh = computed(() =>
  countText(
    (name) => name === "news2",
    (score) => (pointsOf(score) ?? 0) >= NEWS2_HIGH,
  ),
);

export function KeyFigures() {
  return (
    <section class="figures" aria-label={t("overview.figures")}>
      <Figure name="readings" value={readings}>
        {t("overview.since")} <span>{since}</span>
      </Figure>
      <Figure name="rate" value={rate} unit={t("overview.per_s")}>
        {t("overview.rate_note")}
      </Figure>
      <Figure name="alert-rate" value={alertRate} unit="%">
        {t("overview.alarms_per_hour")} <b data-testid="kpi-alarms">{alarmsPerHour}</b>
      </Figure>
      <Figure name="critical" value={critical}>
        {t("overview.news2_high", { n: NEWS2_HIGH })} <b data-testid="kpi-news2">{newsHigh}</b>
      </Figure>
    </section>
  );
}

interface FigureProps {
  readonly name: "readings" | "rate" | "alert-rate" | "critical";
  readonly value: ReadonlySignal<string>;
  readonly unit?: string;
  readonly children: ComponentChildren;
}

function Figure({ name, value, unit, children }: FigureProps) {
  return (
    <div class="figure">
      <h2>{t(`overview.kpi.${name}`)}</h2>
      <p class="figure-number">
        <b data-testid={`kpi-${name}`}>{value}</b>
        {unit !== undefined && <span> {unit}</span>}
      </p>
      <p class="figure-note">{children}</p>
    </div>
  );
}

function number(value: number | null | undefined, decimals: number): string {
  return value === null || value === undefined ? NO_VALUE : localNumber(value, decimals);
}

type ScoreOf = NonNullable<ReturnType<typeof scoreOf>>;

function isCritical(score: ScoreOf): boolean {
  return score.risk === "CRITICAL";
}

function countText(
  isMeant: (name: string) => boolean,
  counts: (score: ScoreOf) => boolean,
): string {
  const all = presentPatients.value.filter((patient) =>
    patient.scores.value.some((score) => isMeant(score.name) && counts(score)),
  );
  return localNumber(all.length);
}
