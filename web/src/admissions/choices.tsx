/** Which records are shown: of which risk, and how many. */
import type { RiskLevel } from "../wire/messages";
import { localNumber, named, t } from "../words/words";
import { chosenLimit, chosenRisk, LIMITS, RISKS } from "./desk";

export function Choices() {
  return (
    <div class="admission-choices">
      <fieldset class="risk-choice" data-testid="risk-filter">
        <legend class="unseen">{t("admissions.filter_risk")}</legend>
        <Choice risk={null} />
        {RISKS.map((risk) => (
          <Choice key={risk} risk={risk} />
        ))}
      </fieldset>
      <label>
        <span class="frame-quiet">{t("admissions.limit")}</span>{" "}
        <select
          data-testid="limit"
          value={chosenLimit.value}
          onChange={(change) => {
            chosenLimit.value = Number(change.currentTarget.value);
          }}
        >
          {LIMITS.map((limit) => (
            <option key={limit} value={limit} selected={chosenLimit.value === limit}>
              {localNumber(limit)}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Choice({ risk }: { readonly risk: RiskLevel | null }) {
  return (
    <label>
      <input
        type="radio"
        name="risk"
        value={risk ?? "all"}
        checked={chosenRisk.value === risk}
        onChange={() => {
          chosenRisk.value = risk;
        }}
      />
      <span data-risk={risk ?? undefined}>
        {risk === null ? t("admissions.all") : named("risk", risk)}
      </span>
    </label>
  );
}
