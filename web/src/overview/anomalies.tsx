/** The table of recent anomalies. */
import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { clockText, momentText } from "../format/times";
import { shown, unitOf } from "../format/values";
import { downloadCsv } from "../parts/csv";
import { serverTime } from "../state/clock";
import { anomalies } from "../state/found";
import { patientPath } from "../state/route";
import { get } from "../wire/api";
import type { AnomalyRow, PageOf } from "../wire/messages";
import { t } from "../words/words";
import { ANOMALIES_SHOWN, anomalyKey, recentAnomalies, scoreText, usualText } from "./anomaly-rows";
import { CsvButton } from "./csv-button";
import { anomalyFile } from "./files";
import { TableWindow } from "./table-window";

const stored = signal<readonly AnomalyRow[]>([]);
const hasFailed = signal(false);
const recent = computed(() => recentAnomalies(stored.value, anomalies.value));

const TITLES = ["time", "patient", "vital", "value", "usual", "score"] as const;

export function Anomalies() {
  useEffect(() => void readStored(), []);
  return (
    <section class="panel" data-testid="anomalies">
      <div class="panel-top">
        <h2 id="anomalies-title">{t("overview.anomalies")}</h2>
        <CsvButton download={download} />
      </div>
      {hasFailed.value && <p role="alert">{t("overview.anomalies_failed")}</p>}
      <TableWindow titleId="anomalies-title">
        <table>
          <thead>
            <tr>
              {TITLES.map((name) => (
                <th key={name} scope="col" data-number={isNumber(name) || undefined}>
                  {t(`overview.anomaly.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {recent.value.map((row) => (
              <AnomalyLine key={anomalyKey(row)} row={row} />
            ))}
          </tbody>
        </table>
        {recent.value.length === 0 && <p class="frame-quiet">{t("overview.no_anomalies")}</p>}
      </TableWindow>
    </section>
  );
}

function AnomalyLine({ row }: { readonly row: AnomalyRow }) {
  const [time, patient, vital, ...numbers] = cells(row);
  return (
    <tr>
      <td>{time}</td>
      <th scope="row">
        <a href={patientPath(row.patient_id)} data-inside>
          <bdi>{patient}</bdi>
        </a>
      </th>
      <td>{vital}</td>
      {numbers.map((text, index) => (
        <td key={TITLES[index + 3]} data-number>
          {text}
        </td>
      ))}
    </tr>
  );
}

/** In the order of `TITLES`. */
function cells(row: AnomalyRow): readonly string[] {
  const value = `${shown(row.vital, row.value)} ${unitOf(row.vital)}`;
  const vital = t(`vital.${row.vital}`);
  return [timeText(row), row.patient_id, vital, value, usualText(row), scoreText(row)];
}

/** To the second, with the day before it when that is not today. */
function timeText(row: AnomalyRow): string {
  const time = Date.parse(row.at);
  return `${momentText(time, serverTime() || Date.now()).slice(0, -5)}${clockText(time)}`;
}

function isNumber(name: (typeof TITLES)[number]): boolean {
  return name === "value" || name === "usual" || name === "score";
}

/** Asked once; from then on anomalies are pushed. */
async function readStored(): Promise<void> {
  try {
    const page = await get<PageOf<AnomalyRow>>("/api/v1/anomalies", { limit: ANOMALIES_SHOWN });
    stored.value = page.rows;
    hasFailed.value = false;
  } catch {
    hasFailed.value = true;
  }
}

function download(): void {
  downloadCsv("anomalies", anomalyFile(recent.peek()));
}
