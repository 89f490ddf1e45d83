/** The other scores: one line each, unfolded with the parts it is made of. */
import { shown, unitOf } from "../format/values";
import type { PatientState } from "../state/patients";
import { SCORES, type ScoreKind } from "../wire/catalogue";
import type { Score } from "../wire/messages";
import { localNumber, named, t } from "../words/words";
import { knownShare } from "./news2-response";
import { InputAge, InputValue, partName } from "./score-input";

const OTHERS = SCORES.filter((kind) => kind.name !== "news2");
/** Scores that are no points. */
const DECIMALS: Readonly<Record<string, number>> = { shock_index: 2 };

export function ScoresCard({ patient }: { readonly patient: PatientState }) {
  const scores = patient.scores.value;
  return (
    <section class="card" data-testid="scores" aria-label={t("patient.scores")}>
      <header class="card-head">
        <h2>{t("patient.scores")}</h2>
      </header>
      {OTHERS.map((kind) => (
        <ScoreLine
          key={kind.name}
          kind={kind}
          score={scores.find((one) => one.name === kind.name)}
          patient={patient}
        />
      ))}
    </section>
  );
}

interface LineProps {
  readonly kind: ScoreKind;
  readonly score: Score | undefined;
  readonly patient: PatientState;
}

function ScoreLine({ kind, score, patient }: LineProps) {
  return (
    <details class="score" data-score={kind.name}>
      <summary>
        <span class="score-title">{scoreTitle(kind)}</span>
        <b>{totalText(kind, score)}</b>
        <span class="risk" data-risk={score?.risk ?? ""}>
          {riskText(score)}
        </span>
      </summary>
      <ScoreParts kind={kind} score={score} patient={patient} />
    </details>
  );
}

function ScoreParts({ kind, score, patient }: LineProps) {
  return (
    <>
      <table class="parts">
        <thead>
          <tr>
            <th scope="col">{t("patient.part")}</th>
            <th scope="col">{t("patient.value")}</th>
            <th scope="col">{t("patient.age")}</th>
            {kind.is_sum && <th scope="col">{t("patient.points")}</th>}
          </tr>
        </thead>
        <tbody>
          {kind.parts.map((part) => (
            <PartRow key={part} part={part} kind={kind} score={score} patient={patient} />
          ))}
        </tbody>
      </table>
      <p class="small-print">
        {t("patient.version")}: <bdi>{kind.version}</bdi>
      </p>
    </>
  );
}

function PartRow({ part, kind, score, patient }: LineProps & { readonly part: string }) {
  const points = score?.parts[part] ?? null;
  const hasInput = !["z_score", "producer_flag", "forest"].includes(part);
  return (
    <tr>
      <th scope="row">{partName(part)}</th>
      <td>{hasInput && <InputValue patient={patient} part={part} />}</td>
      <td>{hasInput && <InputAge patient={patient} part={part} />}</td>
      {kind.is_sum && <td>{points ?? "–"}</td>}
    </tr>
  );
}

function scoreTitle(kind: ScoreKind): string {
  return kind.name === "map" ? `${t("vital.mean_bp")}, ${unitOf("mean_bp")}` : kind.title;
}

/** `3`, `≥ 2`, `1.75`, or a dash while nothing is known. */
export function totalText(kind: ScoreKind, score: Score | undefined): string {
  if (score === undefined) return "–";
  if (kind.name === "map" && score.total !== null) return shown("mean_bp", score.total);
  const decimals = DECIMALS[kind.name] ?? 0;
  if (score.total !== null) return localNumber(score.total, decimals);
  return kind.is_sum && score.at_least !== null ? `≥ ${localNumber(score.at_least)}` : "–";
}

function riskText(score: Score | undefined): string {
  if (score === undefined) return "";
  if (!score.complete) return knownShare(score);
  return score.risk === null ? "" : named("risk", score.risk);
}
