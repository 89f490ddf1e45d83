/** NEWS2 as its chart: rows in order and colour, each with value, age and points. */
import type { PatientState } from "../state/patients";
import { scoreKind } from "../wire/catalogue";
import type { Score } from "../wire/messages";
import { t } from "../words/words";
import { knownShare, news2Level } from "./news2-response";
import { InputAge, InputValue, partName } from "./score-input";

interface OfPatient {
  readonly patient: PatientState;
}

export function News2Card({ patient }: OfPatient) {
  const score = patient.scores.value.find((one) => one.name === "news2");
  return (
    <section class="card news2" data-testid="news2" aria-label="NEWS2">
      <header class="card-head">
        <h2>NEWS2</h2>
        <p class="aside">{t("patient.scale", { n: patient.about.value.spo2_scale })}</p>
      </header>
      {score === undefined ? (
        <p class="nothing">{t("patient.news2.none")}</p>
      ) : (
        <Total score={score} />
      )}
      <PartTable patient={patient} parts={score?.parts ?? {}} />
      <p class="small-print">{t("patient.news2.source")}</p>
    </section>
  );
}

function Total({ score }: { readonly score: Score }) {
  const { points, isComplete, response, colour } = news2Level(score);
  return (
    <div class="news2-head">
      <span class="news2-sum">
        <b data-testid="news2-total">{isComplete ? String(points) : `≥ ${points}`}</b>
        {!isComplete && <span class="share">{knownShare(score)}</span>}
      </span>
      <p class="response" data-points={colour}>
        <strong>{riskText(score)}</strong> {t(response)}
      </p>
    </div>
  );
}

function riskText(score: Score): string {
  if (score.complete) return score.risk === null ? "" : `${riskName(score.risk)}:`;
  return `${t("patient.partial")}:`;
}

function riskName(risk: string): string {
  return t(`risk.${risk as "low"}`);
}

function PartTable({ patient, parts }: OfPatient & { readonly parts: Score["parts"] }) {
  return (
    <table class="parts">
      <thead>
        <tr>
          <th scope="col">{t("patient.part")}</th>
          <th scope="col">{t("patient.value")}</th>
          <th scope="col">{t("patient.age")}</th>
          <th scope="col">{t("patient.points")}</th>
        </tr>
      </thead>
      <tbody>
        {(scoreKind("news2")?.parts ?? []).map((part) => (
          <PartRow key={part} patient={patient} part={part} points={parts[part] ?? null} />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps extends OfPatient {
  readonly part: string;
  readonly points: number | null;
}

function PartRow({ patient, part, points }: RowProps) {
  const attribute = points === null ? "" : String(points);
  return (
    <tr data-part={part} class={points === null ? "unknown-part" : undefined}>
      <th scope="row">{rowName(patient, part)}</th>
      <td>
        <InputValue patient={patient} part={part} />
      </td>
      <td>
        <InputAge patient={patient} part={part} />
      </td>
      <td data-points={attribute}>{points === null ? "–" : points}</td>
    </tr>
  );
}

function rowName(patient: PatientState, part: string): string {
  if (part === "spo2") {
    return `${t("short.spo2")} ${t("patient.scale", { n: patient.about.value.spo2_scale })}`;
  }
  return part === "heart_rate" ? t("patient.pulse") : partName(part);
}
