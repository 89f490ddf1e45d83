/** Mean vital signs of all admissions, in the station's units. */
import { inUnit, NO_VALUE, unitOf } from "../format/values";
import type { AdmissionSummary, AveragedName, VitalName } from "../wire/messages";
import { localNumber, t } from "../words/words";
import { summary } from "./desk";

/** The columns of system B and the vital signs they hold. */
const AVERAGES: readonly (readonly [AveragedName, VitalName])[] = [
  ["heart_rate", "heart_rate"],
  ["systolic_bp", "systolic_bp"],
  ["diastolic_bp", "diastolic_bp"],
  ["temperature_celsius", "temperature"],
  ["oxygen_saturation", "spo2"],
  ["respiratory_rate", "respiratory_rate"],
];

export function Averages() {
  const told = summary.value;
  if (told === null) return null;
  return (
    <section class="panel" data-testid="average-vitals">
      <h2>{t("admissions.averages")}</h2>
      <dl class="averages">
        {AVERAGES.map(([column, vital]) => (
          <div key={column} data-average={column}>
            <dt>{t(`vital.${vital}`)}</dt>
            <dd>
              <b data-shown={vital}>{meanText(told, column, vital)}</b> {unitOf(vital)}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function meanText(told: AdmissionSummary, column: AveragedName, vital: VitalName): string {
  const mean = told.average_vitals[column];
  return mean === null ? NO_VALUE : localNumber(inUnit(vital, mean), 1);
}
