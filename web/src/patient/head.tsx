/** Who it is and where. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { momentText } from "../format/times";
import { serverTime } from "../state/clock";
import type { PatientState } from "../state/patients";
import { get } from "../wire/api";
import type { PageOf, Time } from "../wire/messages";
import { named, t } from "../words/words";

interface StayRow {
  readonly admitted_at: Time;
  readonly discharged_at: Time | null;
}

export function PatientHead({ patient }: { readonly patient: PatientState }) {
  const { ward, bed } = patient.about.value;
  return (
    <header class="patient-head" data-testid="patient">
      <a class="back" href="/" data-inside>
        <span aria-hidden="true">‹ </span>
        {ward === null ? t("patient.to_ward") : <bdi>{ward}</bdi>}
      </a>
      <h1>{bed === null ? t("patient.no_bed") : <BedName bed={bed} />}</h1>
      <p class="who">
        <bdi data-testid="patient-id">{patient.id}</bdi>
        <Context patient={patient} />
      </p>
      <Stay patient={patient} />
    </header>
  );
}

function BedName({ bed }: { readonly bed: string }) {
  return (
    <>
      {t("patient.bed")} <bdi>{bed}</bdi>
    </>
  );
}

function Context({ patient }: { readonly patient: PatientState }) {
  const { age, gender, condition } = patient.about.value;
  const person = [
    age === null ? "" : t("patient.years", { n: age }),
    gender === null ? "" : named("gender", gender),
  ];
  const who = person.filter((text) => text !== "").join(" ");
  return (
    <>
      {who !== "" && <span> · {who}</span>}
      {condition !== null && (
        <span>
          {" "}
          · <bdi>{condition}</bdi>
        </span>
      )}
    </>
  );
}

/** Since when the patient is here; asked again when the admission changes. */
function Stay({ patient }: { readonly patient: PatientState }) {
  const stay = useSignal<StayRow | null>(null);
  const { admission_id } = patient.about.value;
  useEffect(() => {
    const asked = { patient_id: patient.id, limit: 1 };
    get<PageOf<StayRow>>("/api/v1/stays", asked)
      .then(({ rows }) => {
        stay.value = rows[0] ?? null;
      })
      .catch(() => {
        // The head says what it knows; everything else on the page says that the link is lost.
      });
  }, [patient.id, admission_id, stay]);
  if (stay.value === null) return null;
  return <p class="stay">{stayText(stay.value)}</p>;
}

function stayText({ admitted_at, discharged_at }: StayRow): string {
  const moment = (time: Time): string => momentText(Date.parse(time), serverTime());
  if (discharged_at !== null) return t("patient.discharged", { time: moment(discharged_at) });
  return t("patient.admitted", { time: moment(admitted_at) });
}
