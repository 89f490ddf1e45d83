/** The trends card: numbers, charts, ranges, and the same as a table. */
import { useComputed, useSignalEffect } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import "uplot/dist/uPlot.min.css";
import type { ReadonlySignal } from "@preact/signals";
import { clockText } from "../../format/times";
import type { PatientState } from "../../state/patients";
import type { TruthRow } from "../../wire/messages";
import { t } from "../../words/words";
import { keepRange, RANGES, rangeSignal } from "./ranges";
import { TrendRowView } from "./row-chart";
import { ROWS } from "./rows";
import { TrendDesk } from "./trend-desk";
import { TrendFeed } from "./trend-feed";
import { TrendTable } from "./trend-table";

interface Props {
  readonly patient: PatientState;
  readonly truth: ReadonlySignal<readonly TruthRow[]>;
}

export function Trends({ patient, truth }: Props) {
  const desk = useDesk(patient, truth);
  return (
    <section class="card trends" data-testid="trends" aria-label={t("patient.trends")}>
      <header class="card-head">
        <h2>{t("patient.trends")}</h2>
        <Legend desk={desk} />
        <RangeButtons desk={desk} />
      </header>
      <Failure desk={desk} />
      {ROWS.map((row, index) => (
        <TrendRowView
          key={row.name}
          row={row}
          patient={patient}
          desk={desk}
          isLast={index === ROWS.length - 1}
        />
      ))}
      <Scrubber desk={desk} />
      <TrendTable desk={desk} />
    </section>
  );
}

function useDesk(patient: PatientState, truth: Props["truth"]): TrendDesk {
  const desk = useMemo(
    () => new TrendDesk(new TrendFeed(patient, rangeSignal(), truth)),
    [patient, truth],
  );
  useEffect(
    () => () => {
      desk.end();
      desk.feed.end();
    },
    [desk],
  );
  useSignalEffect(() => keepRange(desk.feed.range.value));
  return desk;
}

/** What is drawn, or the minute that is pointed at. */
function Legend({ desk }: { readonly desk: TrendDesk }) {
  const text = useComputed(() => {
    const start = desk.pointedMs.value;
    if (start !== null) return t("patient.minute_from", { time: clockText(start).slice(0, 5) });
    return desk.feed.isLoading.value ? t("patient.loading") : t("patient.trends_legend");
  });
  return <p class="legend">{text}</p>;
}

function RangeButtons({ desk }: { readonly desk: TrendDesk }) {
  const { range } = desk.feed;
  return (
    <fieldset class="ranges" data-testid="range">
      <legend class="unseen">{t("patient.range")}</legend>
      {RANGES.map((one) => (
        <button
          type="button"
          key={one.name}
          aria-pressed={range.value === one}
          onClick={() => {
            range.value = one;
          }}
        >
          {t(one.label)}
        </button>
      ))}
    </fieldset>
  );
}

function Failure({ desk }: { readonly desk: TrendDesk }) {
  if (!desk.feed.hasFailed.value) return null;
  return (
    <p class="failure" role="alert">
      {t("patient.history_failed")}{" "}
      <button type="button" onClick={() => desk.feed.retry()}>
        {t("patient.retry")}
      </button>
    </p>
  );
}

/** Pointing with the keyboard: seen while it has the focus. */
function Scrubber({ desk }: { readonly desk: TrendDesk }) {
  const minutes = useComputed(() => desk.feed.range.value.spanMs / 60_000);
  const text = useComputed(() => {
    const start = desk.pointedMs.value;
    return start === null ? t("patient.scrub_none") : clockText(start).slice(0, 5);
  });
  return (
    <input
      class="scrubber"
      type="range"
      min={minutes.value * -1}
      max={0}
      step={1}
      defaultValue="0"
      aria-label={t("patient.scrub")}
      aria-valuetext={text}
      onInput={(change) => desk.pointBack(-change.currentTarget.valueAsNumber)}
      onBlur={() => desk.point(null)}
    />
  );
}
