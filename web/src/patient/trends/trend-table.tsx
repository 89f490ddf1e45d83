/** The trends as a table, for those who do not see charts or want the numbers. */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { clockText } from "../../format/times";
import { shown, unitOf } from "../../format/values";
import { serverTime } from "../../state/clock";
import type { VitalName } from "../../wire/messages";
import { t } from "../../words/words";
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
const ROWS_MAX = 60;

export function TrendTable({ desk }: { readonly desk: TrendDesk }) {
  const isOpen = useSignal(false);
  return (
    <details
      class="as-table"
      onToggle={(toggle) => {
        isOpen.value = toggle.currentTarget.open;
      }}
    >
      <summary>{t("patient.as_table")}</summary>
      <MinuteTable desk={desk} isOpen={isOpen.value} />
    </details>
  );
}

function MinuteTable({ desk, isOpen }: { readonly desk: TrendDesk; readonly isOpen: boolean }) {
  const { feed } = desk;
  const changes = feed.changes.value;
  const { spanMs } = feed.range.value;
  const starts = useMemo(
    () => (isOpen && changes >= 0 ? shownStarts(feed.store, spanMs) : []),
    [isOpen, changes, spanMs, feed],
  );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section class="scroll-box" aria-label={t("patient.as_table")} tabIndex={0}>
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
            <MinuteLine key={start} store={feed.store} start={start} />
          ))}
        </tbody>
      </table>
    </section>
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
