/** A table as a CSV file (RFC 4180), made in the browser from what is shown. */
import { serverNow } from "../state/clock";

const QUOTED = /[",\r\n]/;
const NUMBER = /^[+-]?\d+([.,]\d+)?$/;
/** Spreadsheets take cells that begin so for formulas, which must not come out of an id. */
const FORMULA = /^[=+\-@\t\r]/;
const BYTE_ORDER_MARK = "\uFEFF";

/** The text of a CSV file. Rows of cells as shown; the first row holds the titles. */
export function csvText(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** `wardline-<what>-2026-03-01T12-00-05Z.csv`, with the server's time. */
export function csvFileName(what: string, nowMs: number): string {
  const time = new Date(nowMs).toISOString().slice(0, 19).replaceAll(":", "-");
  return `wardline-${what}-${time}Z.csv`;
}

/** Hand the rows to the person as a file. */
export function downloadCsv(what: string, rows: readonly (readonly string[])[]): void {
  const file = new Blob([BYTE_ORDER_MARK, csvText(rows)], { type: "text/csv;charset=utf-8" });
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = csvFileName(what, serverNow.peek());
  link.click();
  URL.revokeObjectURL(address);
}

function cell(text: string): string {
  const harmless = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return QUOTED.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
