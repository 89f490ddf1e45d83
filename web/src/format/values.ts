/** Numbers as a screen shows them: unit of the station, decimals of the vital sign. */
import { type Preferences, preferences } from "../state/preferences";
import { vitalSign } from "../wire/catalogue";
import type { Range, VitalName } from "../wire/messages";

/** What stands where there is no value that may be shown. */
export const NO_VALUE = "--";

const KPA_PER_MMHG = 0.133322;
const PRESSURES: readonly VitalName[] = ["systolic_bp", "diastolic_bp", "mean_bp"];

/** A value of the wire in the station's unit, as text without the unit. Follows preferences. */
export function shown(vital: VitalName, value: number | null): string {
  if (value === null) return NO_VALUE;
  return inUnit(vital, value).toFixed(decimalsOf(vital));
}

/** A value of the wire in the station's unit. Follows preferences. */
export function inUnit(vital: VitalName, value: number): number {
  const { temperature, pressure } = preferences.value;
  if (vital === "temperature" && temperature === "F") return value * 1.8 + 32;
  if (isPressure(vital) && pressure === "kPa") return value * KPA_PER_MMHG;
  return value;
}

/** The other way round: what was entered in the station's unit, for the wire. */
export function fromUnit(vital: VitalName, value: number): number {
  const { temperature, pressure } = preferences.value;
  if (vital === "temperature" && temperature === "F") return rounded((value - 32) / 1.8, 2);
  if (isPressure(vital) && pressure === "kPa") return rounded(value / KPA_PER_MMHG, 1);
  return value;
}

/** The station's unit of a vital sign. Follows preferences. */
export function unitOf(vital: VitalName): string {
  const { temperature, pressure } = preferences.value;
  if (vital === "temperature") return temperature === "F" ? "°F" : "°C";
  return isPressure(vital) ? pressure : vitalSign(vital).unit;
}

/** Decimals in the station's unit. */
export function decimalsOf(vital: VitalName): number {
  return isPressure(vital) && isKilopascal(preferences.value) ? 1 : vitalSign(vital).decimals;
}

/** Limits as `50-120`, an open side as `≤120` or `≥90`, nothing where both are off. */
export function limitsText(vital: VitalName, range: Range | undefined): string {
  const [low, high] = range ?? [null, null];
  if (low !== null && high !== null) return `${shown(vital, low)}-${shown(vital, high)}`;
  if (low !== null) return `≥${shown(vital, low)}`;
  return high === null ? "" : `≤${shown(vital, high)}`;
}

function isPressure(vital: VitalName): boolean {
  return PRESSURES.includes(vital);
}

function isKilopascal(chosen: Preferences): boolean {
  return chosen.pressure === "kPa";
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
