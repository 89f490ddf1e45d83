import { serverTime } from "../../state/clock";
import type { TruthRow } from "../../wire/messages";
import { named, t } from "../../words/words";
import { ScrollBox } from "../scroll-box";
import { timeText } from "../time-text";
import type { Truth } from "./use-truth";

/** A button, and behind it what the simulator really did. Absent for patients of flesh and blood. */
export function TruthCard({ truth }: { readonly truth: Truth }) {
  if (!truth.exists.value) return null;
  return (
    <section class="card" aria-label={t("patient.truth")}>
      <header class="card-head">
        <h2>{t("patient.truth")}</h2>
        <button
          type="button"
          class="quiet"
          data-testid="truth-toggle"
          aria-expanded={truth.isShown.value}
          onClick={() => truth.toggle()}
        >
          {t(truth.isShown.value ? "patient.truth_hide" : "patient.truth_show")}
        </button>
      </header>
      {truth.isShown.value && <Periods periods={truth.shown.value} />}
    </section>
  );
}

function Periods({ periods }: { readonly periods: readonly TruthRow[] }) {
  return (
    <div data-testid="truth">
      <p class="aside">{t("patient.truth_text")}</p>
      <ScrollBox label={t("patient.truth")} isTall>
        <table>
          <thead>
            <tr>
              <th scope="col">{t("patient.from")}</th>
              <th scope="col">{t("patient.to")}</th>
              <th scope="col" class="text">
                {t("patient.what")}
              </th>
              <th scope="col" class="text">
                {t("patient.vital")}
              </th>
            </tr>
          </thead>
          <tbody>
            {periods.map((period) => (
              <Period key={`${period.start} ${period.name} ${period.vital}`} period={period} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </div>
  );
}

function Period({ period }: { readonly period: TruthRow }) {
  const { start, end, kind, name, vital } = period;
  const now = serverTime();
  return (
    <tr>
      <th scope="row">{timeText(Date.parse(start), now)}</th>
      <td>{timeText(Date.parse(end), now)}</td>
      <td class="text">
        {named("patient.truth_kind", kind)}: <bdi>{named("truth", name)}</bdi>
      </td>
      <td class="text">{vital === null ? "" : named("short", vital)}</td>
    </tr>
  );
}
