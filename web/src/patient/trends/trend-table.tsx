/** The trends as a table, for those who do not see charts or want the numbers. */
import { clockText } from "../../format/times";
import { shown, unitOf } from "../../format/values";
import { serverTime } from "../../state/clock";
import type { VitalName } from "../../wire/messages";
import { t } from "../../words/words";
import { ScrollBox } from "../scroll-box";
import { type MinuteStore, minutesBetween } from "./minutes";
import type { TrendDesk } from "./trend-desk";

const COLUMNS: readonly VitalName[] = [
  "heart_rate",
  "spo2",
  "systolic_bp",
  "diastolic_bp",
  "respiratory_rate",
  "temperature",
];
/** About so many rows are shown, whatever the range; longer ranges leave minutes out. */
const ROWS_MAX = 120;

export function TrendTable({ desk }: { readonly desk: TrendDesk }) {
  return (
    <details class="as-table">
      <summary>{t("patient.as_table")}</summary>
      <MinuteTable desk={desk} />
    </details>
  );
}

/** Made anew with every minute that comes, not with every value. */
function MinuteTable({ desk }: { readonly desk: TrendDesk }) {
  const { heard, loaded, range, store } = desk.feed;
  const starts = heard.value + loaded.value > 0 ? shownStarts(store, range.value.spanMs) : [];
  return (
    <ScrollBox label={t("patient.trends")}>
      <table>
        <caption class="unseen">{t("patient.trends_caption")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("patient.time")}</th>
            {COLUMNS.map((vital) => (
              <th scope="col" key={vital}>
                {t(`short.${vital}`)} <span class="unit">{unitOf(vital)}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {starts.map((start) => (
            <MinuteLine key={start} store={store} start={start} />
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function MinuteLine({ store, start }: { readonly store: MinuteStore; readonly start: number }) {
  return (
    <tr>
      <th scope="row">{clockText(start).slice(0, 5)}</th>
      {COLUMNS.map((vital) => (
        <td key={vital}>{shown(vital, store.at(vital, start)?.mean ?? null)}</td>
      ))}
    </tr>
  );
}

/** Newest first, the minutes in which anything was measured, thinned out evenly. */
export function shownStarts(store: MinuteStore, spanMs: number): readonly number[] {
  const now = serverTime();
  const all = minutesBetween(now - spanMs, now).filter((start) =>
    COLUMNS.some((vital) => store.at(vital, start) !== undefined),
  );
  const every = Math.max(1, Math.ceil(all.length / ROWS_MAX));
  return all.reverse().filter((_, index) => index % every === 0);
}
