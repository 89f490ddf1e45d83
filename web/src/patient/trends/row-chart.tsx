import { useComputed } from "@preact/signals";
import { createRef, type RefObject } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { limitsText, shown, unitOf } from "../../format/values";
import type { PatientState } from "../../state/patients";
import type { VitalName } from "../../wire/messages";
import { t } from "../../words/words";
import { LastKnown, VitalNumber } from "../vital-number";
import type { MinuteStore } from "./minutes";
import type { TrendRow } from "./rows";
import type { TrendDesk } from "./trend-desk";

interface Props {
  readonly row: TrendRow;
  readonly patient: PatientState;
  readonly desk: TrendDesk;
  readonly isLast: boolean;
}

/** One row of the trends: its number and, right of it, where the number came from. */
export function TrendRowView({ row, patient, desk, isLast }: Props) {
  const place = useMemo(() => createRef<HTMLDivElement>(), []);
  useChart(place, row, desk, isLast);
  const [first] = row.vitals as readonly [VitalName];
  return (
    <section class="trend-row" data-row={row.name} aria-label={t(`vital.${row.name as VitalName}`)}>
      <div class="trend-number">
        <span class="trend-label">
          {t(row.label)} <span class="unit">{unitOf(first)}</span>
        </span>
        <Numbers row={row} patient={patient} />
        <Limits row={row} patient={patient} />
        <LastKnown patient={patient} vital={first} />
      </div>
      <div class="trend-chart" ref={place} data-last={isLast ? "" : undefined} aria-hidden="true">
        <Pointed row={row} desk={desk} />
      </div>
    </section>
  );
}

function useChart(
  place: RefObject<HTMLDivElement | null>,
  row: TrendRow,
  desk: TrendDesk,
  isLast: boolean,
): void {
  useEffect(() => {
    const element = place.current;
    return element === null ? undefined : desk.addChart(element, row, isLast);
  }, [place, row, desk, isLast]);
}

function Numbers({ row, patient }: Pick<Props, "row" | "patient">) {
  if (row.name === "blood_pressure") return <BloodPressure patient={patient} />;
  const [first, second] = row.vitals as readonly [VitalName, VitalName?];
  return (
    <span class="trend-value" data-row={row.name}>
      <VitalNumber patient={patient} vital={first} />
      {second === "pulse_rate" && <Beside patient={patient} vital="pulse_rate" />}
    </span>
  );
}

function BloodPressure({ patient }: { readonly patient: PatientState }) {
  return (
    <span class="trend-value" data-row="blood_pressure" data-unit={unitOf("systolic_bp")}>
      <VitalNumber patient={patient} vital="systolic_bp" />
      <span aria-hidden="true">/</span>
      <VitalNumber patient={patient} vital="diastolic_bp" />
      <Beside patient={patient} vital="mean_bp" />
    </span>
  );
}

/** A second number, only where the sender measures it. */
function Beside({ patient, vital }: { readonly patient: PatientState; readonly vital: VitalName }) {
  const isMeasured = useComputed(() => patient.vitals[vital].value.state !== "missing");
  if (!isMeasured.value) return null;
  return (
    <span class="beside">
      {t(`short.${vital}`)} <VitalNumber patient={patient} vital={vital} />
    </span>
  );
}

function Limits({ row, patient }: Pick<Props, "row" | "patient">) {
  const [first] = row.vitals as readonly [VitalName];
  const text = useComputed(() => limitsText(first, patient.about.value.limits[first]));
  return <span class="limits">{text}</span>;
}

/** What the row says at the minute that is pointed at. */
function Pointed({ row, desk }: Pick<Props, "row" | "desk">) {
  const text = useComputed(() => pointedText(desk.feed.store, row, desk.pointedMs.value));
  return <span class="pointed">{text}</span>;
}

/** `118 (112-124)` of every vital sign of a row, nothing where there is no minute. */
export function pointedText(store: MinuteStore, row: TrendRow, startMs: number | null): string {
  if (startMs === null) return "";
  const texts = row.vitals.map((vital) => {
    const minute = store.at(vital, startMs);
    if (minute === undefined) return "";
    const { mean, min, max } = minute;
    const spread = min === max ? "" : ` (${shown(vital, min)}-${shown(vital, max)})`;
    return `${row.vitals.length > 1 ? `${t(`short.${vital}`)} ` : ""}${shown(vital, mean)}${spread}`;
  });
  const said = texts.filter((text) => text !== "");
  return said.length === 0 ? t("patient.not_measured") : said.join("  ");
}
