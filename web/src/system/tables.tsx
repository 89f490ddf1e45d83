/** Partitions and workers, one a line. */
import { TableWindow } from "../overview/table-window";
import type { SystemPartition, SystemPicture, SystemWorker } from "../wire/messages";
import { type Key, t } from "../words/words";
import { count, figure, placeName, seconds, stateName, workerName } from "./texts";
import { isPartitionInTrouble, isWorkerInTrouble } from "./troubles";

interface Column<Row> {
  readonly key: Key;
  readonly isNumber: boolean;
  readonly text: (row: Row) => string;
}

function column<Row>(key: Key, text: (row: Row) => string, isNumber = true): Column<Row> {
  return { key, isNumber, text };
}

export function Partitions({ told }: { readonly told: SystemPicture }) {
  const columns: readonly Column<SystemPartition>[] = [
    column("system.column.partition", (row) => placeName(told, row), false),
    column("system.column.state", (row) => stateName(row.state), false),
    column("system.column.worker", (row) => workerName(row.worker ?? "--"), false),
    column("system.column.lag", (row) => count(row.lag)),
    column("system.column.patients", (row) => count(row.patients)),
    column("system.column.rows_ahead", (row) => count(row.rows_ahead)),
    column("system.column.next_offset", (row) => count(row.next_offset)),
    column("system.column.epoch", (row) => count(row.epoch)),
    column("system.column.heard", (row) => seconds(row.heard_s)),
  ];
  return (
    <Table
      name="partitions"
      columns={columns}
      rows={told.partitions}
      isInTrouble={isPartitionInTrouble}
    />
  );
}

const WORKER_COLUMNS: readonly Column<SystemWorker>[] = [
  column("system.column.worker", (row) => workerName(row.name), false),
  column("system.column.state", (row) => workerState(row), false),
  column("system.column.partitions", (row) => count(row.partitions)),
  column("system.column.readings", (row) => figure(row.readings_per_s)),
  column("system.column.commits", (row) => figure(row.commits_per_s)),
  column("system.column.commit_ms", (row) => figure(row.commit_ms)),
  column("system.column.commit_lag", (row) => seconds(row.commit_lag_s)),
  column("system.column.dead_letters", (row) => count(row.dead_letters)),
  column("system.column.outbox", (row) => count(row.outbox_pending)),
  column("system.column.heard", (row) => seconds(row.heard_s)),
];

export function Workers({ told }: { readonly told: SystemPicture }) {
  return (
    <Table
      name="workers"
      columns={WORKER_COLUMNS}
      rows={told.workers}
      isInTrouble={isWorkerInTrouble}
    />
  );
}

function workerState(row: SystemWorker): string {
  if (row.is_silent) return stateName("silent");
  return stateName(row.problems.length > 0 ? "trouble" : "well");
}

interface TableProps<Row> {
  readonly name: "partitions" | "workers";
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly isInTrouble: (row: Row) => boolean;
}

function Table<Row>({ name, columns, rows, isInTrouble }: TableProps<Row>) {
  return (
    <section class="panel" data-testid={name}>
      <h2 id={`${name}-title`}>{t(`system.${name}`)}</h2>
      <TableWindow titleId={`${name}-title`}>
        <table>
          <thead>
            <tr>
              {columns.map(({ key, isNumber }) => (
                <th key={key} scope="col" data-number={isNumber || undefined}>
                  {t(key)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Line
                key={columns[0]?.text(row)}
                columns={columns}
                row={row}
                isIt={isInTrouble(row)}
              />
            ))}
          </tbody>
        </table>
        {rows.length === 0 && <p class="frame-quiet">{t("system.none_heard")}</p>}
      </TableWindow>
    </section>
  );
}

interface LineProps<Row> {
  readonly columns: readonly Column<Row>[];
  readonly row: Row;
  readonly isIt: boolean;
}

function Line<Row>({ columns, row, isIt }: LineProps<Row>) {
  const [first, ...rest] = columns;
  return (
    <tr data-trouble={isIt || undefined}>
      <th scope="row">
        <bdi>{first?.text(row)}</bdi>
      </th>
      {rest.map(({ key, isNumber, text }) => (
        <td key={key} data-column={key.split(".").at(-1)} data-number={isNumber || undefined}>
          <bdi>{text(row)}</bdi>
        </td>
      ))}
    </tr>
  );
}
