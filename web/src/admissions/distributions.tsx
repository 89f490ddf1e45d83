/** How admissions are spread: by department, risk, diagnosis and kind, as bars with numbers. */
import type { AdmissionSummary, NameCount } from "../wire/messages";
import { localNumber, named, t } from "../words/words";
import { barsOf, partsOf } from "./bars";
import { summary } from "./desk";

export function Distributions() {
  const told = summary.value;
  if (told === null) return null;
  return (
    <div class="admission-pictures">
      <Bars name="departments" told={told} />
      <Risks counts={told.risk_levels} />
      <Bars name="diagnoses" told={told} />
      <Bars name="admission_types" told={told} />
    </div>
  );
}

interface BarsProps {
  readonly name: "departments" | "diagnoses" | "admission_types";
  readonly told: AdmissionSummary;
}

function Bars({ name, told }: BarsProps) {
  return (
    <section class="panel" data-testid={name}>
      <h2>{t(`admissions.${name}`)}</h2>
      <ul class="bands admission-bars">
        {barsOf(told[name], told.admissions).map((bar) => (
          <li key={bar.name} data-name={bar.name}>
            <span class="band-name" title={bar.name}>
              <bdi>
                {name === "admission_types" ? named("admissions.type", bar.name) : bar.name}
              </bdi>
            </span>
            <svg
              class="band-bar"
              viewBox="0 0 100 10"
              preserveAspectRatio="none"
              aria-hidden="true"
            >
              <rect class="bar-ground" width="100" height="10" />
              <rect class="band-fill" width={bar.width} height="10" />
            </svg>
            <b data-count={bar.count}>{localNumber(bar.count)}</b>
          </li>
        ))}
      </ul>
      {told.admissions === 0 && <p class="frame-quiet">{t("admissions.none")}</p>}
    </section>
  );
}

/** One bar for all, coloured by risk; the numbers stand below it. */
function Risks({ counts }: { readonly counts: readonly NameCount[] }) {
  const all = counts.reduce((sum, { count }) => sum + count, 0);
  return (
    <section class="panel" data-testid="risk_levels">
      <h2>{t("admissions.risk_levels")}</h2>
      <svg class="share-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class="bar-ground" width="100" height="10" />
        {partsOf(counts).map((part) => (
          <rect
            key={part.name}
            data-risk={part.name}
            class="risk-fill"
            x={part.start}
            width={part.width}
            height="10"
          />
        ))}
      </svg>
      <ul class="bands risk-counts">
        {barsOf(counts, all).map((bar) => (
          <li key={bar.name} data-name={bar.name}>
            <span class="risk-badge" data-risk={bar.name}>
              {named("risk", bar.name)}
            </span>
            <span class="frame-quiet">{localNumber(bar.share * 100, 1)} %</span>
            <b data-count={bar.count}>{localNumber(bar.count)}</b>
          </li>
        ))}
      </ul>
      <p class="figure-note">{t("admissions.risk_note")}</p>
    </section>
  );
}
