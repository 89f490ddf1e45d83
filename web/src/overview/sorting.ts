/** The order of rows: stable, natural for texts, and what is missing always last. */
import type { SortValue } from "./columns";

export interface Order {
  readonly column: string;
  readonly isDown: boolean;
}

const COLLATOR = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** Rows in a new order; equal ones stay as they were. */
export function sorted<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => SortValue,
  isDown: boolean,
): readonly Row[] {
  const keyed = rows.map((row) => ({ row, value: keyOf(row) }));
  return keyed.sort((a, b) => compare(a.value, b.value, isDown)).map(({ row }) => row);
}

/** The order after a click on a column's title: numbers begin with the largest. */
export function turned(before: Order, column: string, isNumber: boolean): Order {
  if (before.column === column) return { column, isDown: !before.isDown };
  return { column, isDown: isNumber };
}

function compare(a: SortValue, b: SortValue, isDown: boolean): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const up =
    typeof a === "number" && typeof b === "number" ? a - b : COLLATOR.compare(String(a), String(b));
  return isDown ? -up : up;
}
