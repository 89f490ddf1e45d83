/** One patient: everything known, why, and what may be entered. */
import { useEffect } from "preact/hooks";
import { hasSnapshot, type PatientState, patients } from "../state/patients";
import { watch } from "../state/session";
import { t } from "../words/words";
import { AlarmBar } from "./alarm-bar";
import { ConditionsCard } from "./conditions";
import { Forms } from "./forms/forms";
import { PatientHead } from "./head";
import { News2Card } from "./news2";
import { ReadingsCard } from "./readings/readings";
import { ScoresCard } from "./scores";
import { TransitionsCard } from "./transitions/transitions";
import { Trends } from "./trends/trends";
import { TruthCard } from "./truth/truth";
import { useTruth } from "./truth/use-truth";

export function PatientPage({ patientId }: { readonly patientId: string }) {
  useWatching(patientId);
  const patient = patients.value.get(patientId);
  if (patient !== undefined) return <Known key={patientId} patient={patient} />;
  return hasSnapshot.value ? <Unknown patientId={patientId} /> : <Waiting />;
}

function Known({ patient }: { readonly patient: PatientState }) {
  const truth = useTruth(patient.id);
  return (
    <div class="patient-page">
      <PatientHead patient={patient} />
      <AlarmBar patient={patient} />
      <div class="patient-columns">
        <div class="patient-left">
          <div class="patient-main">
            <Trends patient={patient} truth={truth.shown} />
          </div>
          <div class="patient-below">
            <ReadingsCard patient={patient} />
            <TransitionsCard patient={patient} />
            <TruthCard truth={truth} />
          </div>
        </div>
        <div class="patient-right">
          <div class="patient-side">
            <News2Card patient={patient} />
            <ConditionsCard patient={patient} />
            <ScoresCard patient={patient} />
          </div>
          <div class="patient-forms">
            <Forms patient={patient} />
          </div>
        </div>
      </div>
    </div>
  );
}

function Unknown({ patientId }: { readonly patientId: string }) {
  return (
    <div class="patient-page">
      <div class="card unknown" data-testid="unknown-patient">
        <h1>{t("patient.unknown")}</h1>
        <p>
          <bdi>{patientId}</bdi> {t("patient.unknown_text")}
        </p>
        <a href="/" data-inside>
          {t("patient.back")}
        </a>
      </div>
    </div>
  );
}

function Waiting() {
  return (
    <div class="patient-page">
      <p class="card unknown">{t("patient.loading")}</p>
    </div>
  );
}

/** The server sends findings of the patients that are looked at only. */
function useWatching(patientId: string): void {
  useEffect(() => {
    watch([patientId]);
    return () => watch([]);
  }, [patientId]);
}
