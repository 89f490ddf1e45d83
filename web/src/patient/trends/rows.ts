/** The rows of the trends: which vital signs share one, its colour, and how its axis behaves. */
import { inUnit } from "../../format/values";
import type { VitalName } from "../../wire/messages";
import type { Key } from "../../words/words";

export interface TrendRow {
  readonly name: string;
  readonly label: Key;
  /** The first one carries the row's limits text. */
  readonly vitals: readonly VitalName[];
  /** Not drawn, but their alarms are columns of this row. */
  readonly alarmsToo?: readonly VitalName[];
  readonly colour: string;
  /** Always on the axis, wire units, so that it does not jump with every value. */
  readonly usualSpan: readonly [number, number];
  /** The axis never shows more than this; what lies beyond is cut off, and the readout says it. */
  readonly widestSpan: readonly [number, number];
  /** The axis grows in steps of this many station units. */
  readonly step: number;
}

export const ROWS: readonly TrendRow[] = [
  {
    name: "heart_rate",
    label: "short.heart_rate",
    vitals: ["heart_rate", "pulse_rate"],
    colour: "--heart-rate",
    usualSpan: [45, 130],
    widestSpan: [20, 220],
    step: 10,
  },
  {
    name: "spo2",
    label: "short.spo2",
    vitals: ["spo2"],
    colour: "--spo2",
    usualSpan: [86, 101],
    widestSpan: [70, 101],
    step: 5,
  },
  {
    name: "blood_pressure",
    label: "short.blood_pressure",
    vitals: ["systolic_bp", "diastolic_bp"],
    alarmsToo: ["mean_bp"],
    colour: "--blood-pressure",
    usualSpan: [45, 170],
    widestSpan: [20, 240],
    step: 10,
  },
  {
    name: "respiratory_rate",
    label: "short.respiratory_rate",
    vitals: ["respiratory_rate"],
    colour: "--respiratory-rate",
    usualSpan: [5, 35],
    widestSpan: [0, 60],
    step: 5,
  },
  {
    name: "temperature",
    label: "short.temperature",
    vitals: ["temperature"],
    colour: "--temperature",
    usualSpan: [35.5, 39],
    widestSpan: [30, 43],
    step: 0.5,
  },
];

/**
 * Low and high end of a row's axis in the station's unit: the usual span, widened by whole steps
 * for minutes' means and limits, which never lie on its edge. A single wild value moves no axis.
 */
export function axisSpan(row: TrendRow, shown: readonly (number | null)[]): [number, number] {
  const [vital] = row.vitals as readonly [VitalName];
  const [lowest, highest] = extremes(shown);
  const [usualLow, usualHigh] = row.usualSpan.map((end) => inUnit(vital, end)) as [number, number];
  const [leastLow, mostHigh] = row.widestSpan.map((end) => inUnit(vital, end)) as [number, number];
  const low = lowest < usualLow ? Math.ceil(lowest / row.step - 1) * row.step : usualLow;
  const high = highest > usualHigh ? Math.floor(highest / row.step + 1) * row.step : usualHigh;
  return [Math.max(low, leastLow), Math.min(high, mostHigh)];
}

function extremes(values: readonly (number | null)[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
