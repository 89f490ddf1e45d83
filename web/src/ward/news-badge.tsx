/** NEWS2 on a tile: a total where all is known, else what it is at least, and of how many parts. */
import { useComputed } from "@preact/signals";
import { NO_VALUE } from "../format/values";
import type { PatientState } from "../state/patients";
import type { Score } from "../wire/messages";
import { t } from "../words/words";

const NEWS2 = "news2";
/** From so many points on the risk is high. */
const HIGH_FROM = 7;

/** `12`, `≥ 3` or `--`. */
export function totalText(score: Score | undefined): string {
  if (score === undefined) return NO_VALUE;
  if (score.complete && score.total !== null) return String(score.total);
  return score.at_least === null ? NO_VALUE : `≥ ${score.at_least}`;
}

/** `· 5/7`: how many parts are known; nothing where all are, or none. */
export function knownText(score: Score | undefined): string {
  if (score === undefined || score.complete) return "";
  const parts = Object.values(score.parts);
  const known = parts.filter((points) => points !== null).length;
  return known === 0 ? "" : `· ${known}/${parts.length}`;
}

/** What the badge's colour says. Of a partial score only high is certain: more can be no less. */
export function riskOf(score: Score | undefined): string | undefined {
  if (score?.complete) return score.risk ?? undefined;
  return (score?.at_least ?? 0) >= HIGH_FROM ? "high" : undefined;
}

export function NewsBadge({ patient }: { patient: PatientState }) {
  const score = useComputed(() => patient.scores.value.find(({ name }) => name === NEWS2));
  const label = useComputed(() => t("ward.news2"));
  const total = useComputed(() => totalText(score.value));
  const known = useComputed(() => knownText(score.value));
  const risk = useComputed(() => riskOf(score.value));
  return (
    <span class="news">
      <span class="news-label">{label}</span>{" "}
      <span class="news-badge" data-risk={risk}>
        <b data-testid="news2-tile">{total}</b> <small>{known}</small>
      </span>
    </span>
  );
}
