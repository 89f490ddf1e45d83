/** The newest records, coloured by risk. */
import { CsvButton } from "../overview/csv-button";
import { TableWindow } from "../overview/table-window";
import { downloadCsv } from "../parts/csv";
import { patientPath } from "../state/route";
import type { AdmissionRow } from "../wire/messages";
import { t } from "../words/words";
import { Choices } from "./choices";
import { COLUMNS, type Column, recordFile, titleOf } from "./columns";
import { hasFailed, hasRecords, records } from "./desk";

export function Records() {
  return (
    <section class="panel" data-testid="admissions">
      <div class="panel-top">
        <h2 id="admissions-title">{t("admissions.records")}</h2>
        <Choices />
        <CsvButton download={download} />
      </div>
      {hasFailed.value && <p role="alert">{t("admissions.failed")}</p>}
      <TableWindow titleId="admissions-title">
        <table>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column.name} scope="col" data-number={column.isNumber || undefined}>
                  {titleOf(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {records.value.map((row) => (
              <Line key={row.admission_id} row={row} />
            ))}
          </tbody>
        </table>
        {hasRecords.value && records.value.length === 0 && (
          <p class="frame-quiet">{t("admissions.none")}</p>
        )}
      </TableWindow>
    </section>
  );
}

function Line({ row }: { readonly row: AdmissionRow }) {
  return (
    <tr data-admission={row.admission_id} data-risk={row.risk_level}>
      {COLUMNS.map((column) => (
        <Cell key={column.name} column={column} row={row} />
      ))}
    </tr>
  );
}

function Cell({ column, row }: { readonly column: Column; readonly row: AdmissionRow }) {
  const text = column.text(row);
  if (column.name === "patient") {
    return (
      <th scope="row">
        <a href={patientPath(row.patient_id)} data-inside>
          <bdi>{text}</bdi>
        </a>
      </th>
    );
  }
  const isBadge = column.name === "risk";
  return (
    <td data-column={column.name} data-number={column.isNumber || undefined}>
      <bdi
        class={isBadge ? "risk-badge" : undefined}
        data-risk={isBadge ? row.risk_level : undefined}
      >
        {text}
      </bdi>
    </td>
  );
}

function download(): void {
  downloadCsv("admissions", recordFile(records.peek()));
}
