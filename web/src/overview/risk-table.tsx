/** Every patient in one row, with scores, newest values and state; sortable, as a file too. */
import { computed, type Signal, signal, untracked, useComputed } from "@preact/signals";
import { downloadCsv } from "../parts/csv";
import { tileState } from "../state/alarms";
import { serverNow } from "../state/clock";
import type { PatientState } from "../state/patients";
import { patientPath } from "../state/route";
import { t } from "../words/words";
import { COLUMNS, type Column } from "./columns";
import { CsvButton } from "./csv-button";
import { patientFile } from "./files";
import { presentPatients, scoreOf } from "./present";
import { type Order, sorted, turned } from "./sorting";
import { TableWindow } from "./table-window";

/** Rows change places at most so often: whoever reads one must not lose it. */
const SORT_EVERY_MS = 5_000;

const order: Signal<Order> = signal({ column: "news2", isDown: true });
const sortMoment = computed(() => Math.floor(serverNow.value / SORT_EVERY_MS));

const shownColumns = computed(() => {
  const wards = new Set(presentPatients.value.map((patient) => patient.about.value.ward));
  return wards.size > 1 ? COLUMNS : COLUMNS.filter((column) => column.name !== "ward");
});

let orderedBefore: readonly PatientState[] = [];

/** The same array as long as the order is the same, so that nothing renders for nothing. */
const ordered = computed(() => {
  const { column: name, isDown } = order.value;
  sortMoment.value;
  const column = COLUMNS.find((each) => each.name === name);
  const all = presentPatients.value;
  const now = column === undefined ? all : untracked(() => sorted(all, column.sortValue, isDown));
  if (!sameRows(orderedBefore, now)) orderedBefore = now;
  return orderedBefore;
});

export function RiskTable() {
  return (
    <section class="panel" data-testid="risk-table">
      <div class="panel-top">
        <h2 id="risk-title">{t("overview.patients")}</h2>
        <CsvButton download={download} />
      </div>
      <TableWindow titleId="risk-title">
        <table>
          <thead>
            <tr>
              {shownColumns.value.map((column) => (
                <Title key={column.name} column={column} />
              ))}
            </tr>
          </thead>
          <tbody>
            {ordered.value.map((patient) => (
              <Row key={patient.id} patient={patient} />
            ))}
          </tbody>
        </table>
      </TableWindow>
    </section>
  );
}

function Title({ column }: { readonly column: Column }) {
  const { column: name, isDown } = order.value;
  const isOrder = name === column.name;
  return (
    <th
      scope="col"
      data-number={column.isNumber || undefined}
      aria-sort={isOrder ? (isDown ? "descending" : "ascending") : undefined}
    >
      <button
        type="button"
        onClick={() => {
          order.value = turned(order.peek(), column.name, column.isNumber);
        }}
      >
        {column.title()}
        <span aria-hidden="true">{isOrder ? (isDown ? " ▾" : " ▴") : ""}</span>
      </button>
    </th>
  );
}

function Row({ patient }: { readonly patient: PatientState }) {
  return (
    <tr data-patient={patient.id}>
      {shownColumns.value.map((column) => (
        <Cell key={column.name} column={column} patient={patient} />
      ))}
    </tr>
  );
}

function Cell({ column, patient }: { readonly column: Column; readonly patient: PatientState }) {
  const text = useComputed(() => column.text(patient));
  const kind = useComputed(() => kindOf(column, patient));
  if (column.name === "patient") {
    return (
      <th scope="row">
        <a href={patientPath(patient.id)} data-inside>
          <bdi>{text}</bdi>
        </a>
      </th>
    );
  }
  return (
    <td data-column={column.name} data-number={column.isNumber || undefined} data-kind={kind}>
      <bdi>{text}</bdi>
    </td>
  );
}

/** What a cell's look depends on besides its text. */
function kindOf(column: Column, patient: PatientState): string | undefined {
  if (column.name === "band") return scoreOf(patient, "risk_a")?.risk ?? "none";
  return column.name === "state" ? tileState(patient) : undefined;
}

function download(): void {
  downloadCsv("patients", patientFile(ordered.peek()));
}

function sameRows(a: readonly PatientState[], b: readonly PatientState[]): boolean {
  return a.length === b.length && a.every((patient, index) => patient === b[index]);
}
