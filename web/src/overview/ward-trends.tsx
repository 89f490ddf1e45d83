/** Small pictures of the last hour over all patients. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { shown, unitOf } from "../format/values";
import type { VitalName } from "../wire/messages";
import { t } from "../words/words";
import { HEIGHT, type Shape, shapeOf, WIDTH } from "./middle-shape";
import { presentPatients } from "./present";
import { type Middle, middles } from "./quantiles";

interface Picture {
  readonly vital: VitalName;
  readonly minutes: ReadonlySignal<readonly (Middle | null)[]>;
}

/** By vital sign the least height of its picture, in its unit. */
const LEAST_SPANS = {
  heart_rate: 40,
  spo2: 10,
  systolic_bp: 40,
  respiratory_rate: 12,
} as const satisfies Partial<Record<VitalName, number>>;
type Shown = keyof typeof LEAST_SPANS;

const SHOWN = Object.keys(LEAST_SPANS) as Shown[];
const PICTURES: readonly Picture[] = SHOWN.map((vital) => ({
  vital,
  minutes: computed(() =>
    middles(
      presentPatients.value.map((patient) => patient.trend.value),
      vital,
    ),
  ),
}));

export function WardTrends() {
  return (
    <section class="panel ward-trends" data-testid="ward-trends">
      <h2>{t("overview.trends")}</h2>
      <div class="ward-trend-row">
        {PICTURES.map((picture) => (
          <WardTrend key={picture.vital} {...picture} />
        ))}
      </div>
    </section>
  );
}

function WardTrend({ vital, minutes }: Picture) {
  const shape = shapeOf(minutes.value, LEAST_SPANS[vital as Shown]);
  const newest = minutes.value.findLast((minute) => minute !== null) ?? null;
  return (
    <figure class="ward-trend" data-shown={vital}>
      <figcaption>
        {t(`short.${vital}`)} <span>{unitOf(vital)}</span>{" "}
        <b>{shown(vital, newest?.median ?? null)}</b>
      </figcaption>
      {shape === null || newest === null ? (
        <p class="frame-quiet">{t("overview.no_trend")}</p>
      ) : (
        <Drawing vital={vital} shape={shape} newest={newest} />
      )}
    </figure>
  );
}

interface DrawingProps {
  readonly vital: VitalName;
  readonly shape: Shape;
  readonly newest: Middle;
}

function Drawing({ vital, shape, newest }: DrawingProps) {
  const words = t("overview.trend_words", {
    vital: t(`vital.${vital}`),
    median: shown(vital, newest.median),
    low: shown(vital, newest.low),
    high: shown(vital, newest.high),
  });
  return (
    <div class="ward-trend-plot">
      <span class="ward-trend-top">{shown(vital, shape.top)}</span>
      <span class="ward-trend-bottom">{shown(vital, shape.bottom)}</span>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={words}
      >
        <path class="ward-trend-band" d={shape.band} />
        <path class="ward-trend-line" d={shape.line} />
      </svg>
    </div>
  );
}
