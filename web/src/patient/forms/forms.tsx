/** What may be entered about a patient, each folded away until it is wanted. */
import type { ComponentChildren } from "preact";
import type { PatientState } from "../../state/patients";
import { type Key, t } from "../../words/words";
import { ChartForm } from "./chart-form";
import { LimitsForm } from "./limits-form";
import { SettingsForm } from "./settings-form";
import { StayForm } from "./stay-form";
import { useSettings } from "./use-settings";

export function Forms({ patient }: { readonly patient: PatientState }) {
  const held = useSettings(patient.id);
  return (
    <>
      <FormCard title="patient.chart" isOpen>
        <ChartForm patient={patient} />
      </FormCard>
      <FormCard title="patient.limits">
        <LimitsForm patient={patient} held={held} />
      </FormCard>
      <FormCard title="patient.settings">
        <SettingsForm patient={patient} held={held} />
      </FormCard>
      <FormCard title="patient.stay">
        <StayForm patient={patient} />
      </FormCard>
    </>
  );
}

interface CardProps {
  readonly title: Key;
  readonly isOpen?: boolean;
  readonly children: ComponentChildren;
}

function FormCard({ title, isOpen = false, children }: CardProps) {
  return (
    <details class="card form-card" open={isOpen}>
      <summary>
        <h2>{t(title)}</h2>
      </summary>
      {children}
    </details>
  );
}
