/** The vital signs of a tile: two large ones with their last hour, three small ones. */
import { useComputed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { ageMs, ageText } from "../format/times";
import { unitOf } from "../format/values";
import { Sparkline } from "../parts/sparkline";
import { seriesOf } from "../parts/sparkline-shape";
import { serverNow } from "../state/clock";
import type { PatientState } from "../state/patients";
import type { VitalName } from "../wire/messages";
import { t } from "../words/words";
import { type VitalView, vitalView } from "./vital-view";

interface OfPatient {
  readonly patient: PatientState;
}

interface OfVital extends OfPatient {
  readonly vital: VitalName;
}

/** Blood pressure older than this says so: it was a cuff, and may have changed since. */
const CUFF_AGE_MIN_MS = 5 * 60_000;
const MINUTE_MS = 60_000;
/** Changes below it look flat in a sparkline, in the unit of the wire. */
const LEAST_SPANS: Readonly<Partial<Record<VitalName, number>>> = {
  heart_rate: 40,
  pulse_rate: 40,
  spo2: 10,
};

/** Heart rate (or the pulse rate in its place) and saturation. */
export function MainVitals({ patient }: OfPatient) {
  return (
    <div class="mains">
      <HeartOrPulse patient={patient} />
      <MainVital patient={patient} vital="spo2" />
    </div>
  );
}

/** The pulse rate stands in while it is live and the heart rate is not. */
function HeartOrPulse({ patient }: OfPatient) {
  const isPulse = useComputed(
    () =>
      patient.vitals.heart_rate.value.state !== "live" &&
      patient.vitals.pulse_rate.value.state === "live",
  );
  if (!isPulse.value) return <MainVital patient={patient} vital="heart_rate" />;
  return <MainVital key="pulse" patient={patient} vital="pulse_rate" missing="heart_rate" />;
}

interface MainVitalProps extends OfVital {
  /** The vital sign in whose place this one stands; said small. */
  readonly missing?: VitalName;
}

function MainVital({ patient, vital, missing }: MainVitalProps) {
  const view = useMemo(() => vitalView(patient, vital), [patient, vital]);
  const label = useComputed(() => t(`short.${vital}`));
  const unit = useComputed(() => unitOf(vital));
  return (
    <div class={`main of-${vital}`} data-value-state={view.state}>
      <span class="label">
        <b>{label}</b> <span class="unit">{unit}</span> <span class="limits">{view.limits}</span>{" "}
        {missing === undefined ? null : <MissingVital patient={patient} vital={missing} />}
      </span>
      <span class="reading">
        <Value view={view} vital={vital} />
        <Arrow view={view} />
      </span>
      <HourOf patient={patient} vital={vital} />
    </div>
  );
}

function MissingVital({ patient, vital }: OfVital) {
  const view = useMemo(() => vitalView(patient, vital), [patient, vital]);
  const label = useComputed(() => t(`short.${vital}`));
  return (
    <span class="missing">
      {label} <Value view={view} vital={vital} />
    </span>
  );
}

function HourOf({ patient, vital }: OfVital) {
  const minute = useComputed(() => Math.floor(serverNow.value / MINUTE_MS) * MINUTE_MS);
  const series = useComputed(() => {
    const { state, value } = patient.vitals[vital].value;
    return seriesOf(patient.trend.value, vital, state === "live" ? value : null, minute.value);
  });
  const limits = useComputed(() => patient.about.value.limits[vital]);
  return <Sparkline series={series} limits={limits} leastSpan={LEAST_SPANS[vital] ?? 1} />;
}

/** The number alone. */
function Value({ view, vital }: { view: VitalView; vital: VitalName }) {
  return (
    <b
      class="value"
      data-vital={vital}
      data-age={view.ageS}
      data-look={view.look}
      data-ending={view.isEnding}
      data-value-state={view.state}
    >
      {view.text}
    </b>
  );
}

function Arrow({ view }: { view: VitalView }) {
  return (
    <>
      <span class="arrow" data-look={view.look} aria-hidden="true">
        {view.arrow}
      </span>
      <span class="unseen">{view.arrowText}</span>
    </>
  );
}

/** Blood pressure, respiratory rate, temperature. */
export function MinorVitals({ patient }: OfPatient) {
  return (
    <div class="minors">
      <BloodPressure patient={patient} />
      <MinorVital patient={patient} vital="respiratory_rate" />
      <MinorVital patient={patient} vital="temperature" />
    </div>
  );
}

function MinorVital({ patient, vital }: OfVital) {
  const view = useMemo(() => vitalView(patient, vital), [patient, vital]);
  const label = useComputed(() => t(`short.${vital}`));
  return (
    <div class={`minor of-${vital}`} data-value-state={view.state}>
      <span class="label">{label}</span>{" "}
      <span class="reading">
        <Value view={view} vital={vital} />
        <Arrow view={view} />
      </span>
    </div>
  );
}

function BloodPressure({ patient }: OfPatient) {
  const systolic = useMemo(() => vitalView(patient, "systolic_bp"), [patient]);
  const diastolic = useMemo(() => vitalView(patient, "diastolic_bp"), [patient]);
  const label = useComputed(() => t("short.blood_pressure"));
  const age = useComputed(() => cuffAge(patient));
  return (
    <div class="minor of-blood_pressure" data-value-state={systolic.state}>
      <span class="label">
        {label} <span class="cuff-age">{age}</span>
      </span>{" "}
      <span class="reading">
        <Value view={systolic} vital="systolic_bp" />
        <span class="slash">/</span>
        <Value view={diastolic} vital="diastolic_bp" />
        <Arrow view={systolic} />
        <MeanPressure patient={patient} />
      </span>
    </div>
  );
}

/** Only while it is in alarm: otherwise systolic and diastolic say enough. */
function MeanPressure({ patient }: OfPatient) {
  const view = useMemo(() => vitalView(patient, "mean_bp"), [patient]);
  const isInAlarm = useComputed(() => view.look.value !== undefined);
  if (!isInAlarm.value) return null;
  return (
    <span class="mean">
      <Value view={view} vital="mean_bp" />
    </span>
  );
}

/** How old a cuff's value is, once it is no longer new. */
function cuffAge(patient: PatientState): string {
  const { state, observed_at } = patient.vitals.systolic_bp.value;
  const age = state === "live" ? ageMs(observed_at, serverNow.value) : null;
  return age === null || age < CUFF_AGE_MIN_MS ? "" : ageText(age);
}
