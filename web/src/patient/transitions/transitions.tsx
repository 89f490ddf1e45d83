/** What became an alarm and what ended, newest first. */
import { conditionText } from "../../format/conditions";
import { downloadCsv } from "../../parts/csv";
import { lookOf } from "../../state/alarms";
import { serverTime } from "../../state/clock";
import type { PatientState } from "../../state/patients";
import type { Condition } from "../../wire/messages";
import { t } from "../../words/words";
import { Mark } from "../alarm-bar";
import { ScrollBox } from "../scroll-box";
import { timeText } from "../time-text";
import type { PlacedTransition } from "./history";
import { useTransitions } from "./use-transitions";

export function TransitionsCard({ patient }: { readonly patient: PatientState }) {
  const { rows, hasMore, hasFailed, more } = useTransitions(patient.id);
  const shownRows = rows.value;
  return (
    <section class="card" data-testid="transitions" aria-label={t("patient.transitions")}>
      <header class="card-head">
        <h2>{t("patient.transitions")}</h2>
        <button
          type="button"
          class="quiet"
          data-testid="csv"
          onClick={() => downloadCsv("transitions", csvRows(shownRows))}
        >
          {t("patient.csv")}
        </button>
      </header>
      {hasFailed.value && <p class="failure">{t("patient.transitions_failed")}</p>}
      {shownRows.length === 0 && <p class="nothing">{t("patient.no_transitions")}</p>}
      <ScrollBox label={t("patient.transitions")} isTall>
        <TransitionTable rows={shownRows} />
        {hasMore.value && (
          <button type="button" class="more" onClick={more}>
            {t("patient.more")}
          </button>
        )}
      </ScrollBox>
    </section>
  );
}

function TransitionTable({ rows }: { readonly rows: readonly PlacedTransition[] }) {
  return (
    <table class="transitions">
      <thead>
        <tr>
          <th scope="col">{t("patient.time")}</th>
          <th scope="col" class="text">
            {t("patient.condition")}
          </th>
          <th scope="col" class="text">
            {t("patient.state")}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={row.patient_seq} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ row }: { readonly row: PlacedTransition }) {
  const condition = conditionOf(row);
  const isEnd = row.state === "normal";
  return (
    <tr data-rule={row.rule} data-to={row.state} title={row.reason}>
      <th scope="row">
        <time dateTime={row.at}>{timeText(Date.parse(row.at), serverTime())}</time>
      </th>
      <td class="text">
        {isEnd ? <EndMark /> : <Mark condition={condition} />} {conditionText(condition)}
      </td>
      <td class="text state" data-look={isEnd ? "" : lookOf(condition)}>
        {t(`state.${row.state}`)}
      </td>
    </tr>
  );
}

/** Keeps the texts of a column in line. */
function EndMark() {
  return (
    <span class="mark" aria-hidden="true">
      ·
    </span>
  );
}

/** A transition is said like the condition it changed. */
function conditionOf(row: PlacedTransition): Condition {
  const state = row.state === "normal" ? "clearing" : row.state;
  return { ...row, state, vital: row.vital ?? "" };
}

function csvRows(rows: readonly PlacedTransition[]): string[][] {
  const titles = ["patient_id", "seq", "at", "rule", "state", "priority", "kind", "vital"];
  const lines = rows.map((row) => [
    row.patient_id,
    String(row.patient_seq),
    row.at,
    row.rule,
    row.state,
    row.priority,
    row.kind,
    row.vital ?? "",
    row.value === null ? "" : String(row.value),
    row.limit === null ? "" : String(row.limit),
    row.reason,
  ]);
  return [[...titles, "value", "limit", "reason"], ...lines];
}
