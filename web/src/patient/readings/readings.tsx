/** The last twenty readings, as they come. */
import { clockText } from "../../format/times";
import { NO_VALUE, shown } from "../../format/values";
import { downloadCsv } from "../../parts/csv";
import type { PatientState } from "../../state/patients";
import { VITAL_NAMES } from "../../wire/catalogue";
import type { VitalName } from "../../wire/messages";
import { named, t } from "../../words/words";
import { ScrollBox } from "../scroll-box";
import { keyOf, type ShownReading } from "./live-readings";
import { useReadings } from "./use-readings";

const PLAIN: readonly VitalName[] = ["heart_rate", "spo2"];
const AFTER_PRESSURE: readonly VitalName[] = ["respiratory_rate", "temperature"];
const IN_FILE = [
  ...VITAL_NAMES,
  "on_oxygen",
  "consciousness",
  "marks",
  "late",
] as const satisfies readonly (keyof ShownReading)[];

export function ReadingsCard({ patient }: { readonly patient: PatientState }) {
  const { rows, hasFailed } = useReadings(patient);
  const shownRows = rows.value;
  return (
    <section class="card" data-testid="readings" aria-label={t("patient.readings")}>
      <header class="card-head">
        <h2>{t("patient.readings")}</h2>
        <button
          type="button"
          class="quiet"
          data-testid="csv"
          onClick={() => downloadCsv("readings", csvRows(patient.id, shownRows))}
        >
          {t("patient.csv")}
        </button>
      </header>
      {hasFailed.value && <p class="failure">{t("patient.readings_failed")}</p>}
      <ScrollBox label={t("patient.readings")}>
        <table class="readings">
          <Titles />
          <tbody>
            {shownRows.map((row) => (
              <Row key={keyOf(row)} row={row} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  );
}

function Titles() {
  return (
    <thead>
      <tr>
        <th scope="col">{t("patient.time")}</th>
        {PLAIN.map((vital) => (
          <th scope="col" key={vital}>
            {t(`short.${vital}`)}
          </th>
        ))}
        <th scope="col">{t("short.blood_pressure")}</th>
        {AFTER_PRESSURE.map((vital) => (
          <th scope="col" key={vital}>
            {t(`short.${vital}`)}
          </th>
        ))}
        <th scope="col" class="text">
          {t("patient.source")}
        </th>
        <th scope="col" class="text">
          {t("patient.notes")}
        </th>
      </tr>
    </thead>
  );
}

function Row({ row }: { readonly row: ShownReading }) {
  return (
    <tr>
      <th scope="row" data-column="timestamp">
        {clockText(Date.parse(row.timestamp))}
      </th>
      {PLAIN.map((vital) => (
        <Cell key={vital} row={row} vital={vital} />
      ))}
      <td class={row.systolic_bp === null && row.diastolic_bp === null ? "none" : undefined}>
        <span data-column="systolic_bp">{shown("systolic_bp", row.systolic_bp)}</span>
        <span aria-hidden="true">/</span>
        <span data-column="diastolic_bp">{shown("diastolic_bp", row.diastolic_bp)}</span>
      </td>
      {AFTER_PRESSURE.map((vital) => (
        <Cell key={vital} row={row} vital={vital} />
      ))}
      <td class="text" data-column="source">
        <bdi>{row.source}</bdi>
      </td>
      <td class="text" data-column="marks">
        {notesText(row)}
      </td>
    </tr>
  );
}

/** Where no heart rate was measured the pulse stands for it, and says so. */
function Cell({ row, vital }: { readonly row: ShownReading; readonly vital: VitalName }) {
  const isPulse = vital === "heart_rate" && row.heart_rate === null && row.pulse_rate !== null;
  return (
    <td>
      <span data-column={vital} class={row[vital] === null ? "none" : undefined}>
        {isPulse ? NO_VALUE : shown(vital, row[vital])}
      </span>
      {isPulse && (
        <span class="aside" data-column="pulse_rate">
          {" "}
          {t("short.pulse_rate")} {shown("pulse_rate", row.pulse_rate)}
        </span>
      )}
    </td>
  );
}

/** Charted context, then what was wrong: `Alert, air, HR impossible value, SpO2 late`. */
export function notesText(row: ShownReading): string {
  const notes: string[] = [];
  if (row.consciousness !== null) notes.push(named("consciousness", row.consciousness));
  if (row.on_oxygen !== null) notes.push(t(`oxygen.${row.on_oxygen ? "true" : "false"}`));
  for (const mark of (row.marks ?? "").split(" ")) if (mark !== "") notes.push(markText(mark));
  const late = (row.late ?? "").split(" ").filter((name) => name !== "");
  if (late.length > 0) notes.push(t("patient.mark.late", { vital: late.map(shortName).join(" ") }));
  return notes.join(", ");
}

function markText(mark: string): string {
  const [field = "", kind = ""] = mark.split(":");
  const vital = shortName(field);
  if (kind === "na") return t("patient.mark.na", { vital });
  return kind === "bad" ? t("patient.mark.bad", { vital }) : mark;
}

function shortName(field: string): string {
  return named("short", field);
}

/** As table `readings` has it: its column names, values in the wire's units. */
function csvRows(patientId: string, rows: readonly ShownReading[]): string[][] {
  const lines = rows.map((row) => [
    patientId,
    row.timestamp,
    row.source,
    ...IN_FILE.map((name) => String(row[name] ?? "")),
  ]);
  return [["patient_id", "timestamp", "source", ...IN_FILE], ...lines];
}
