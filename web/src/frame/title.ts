/** What page this is, in the header and in the browser's tab. */
import { computed, effect, type ReadonlySignal } from "@preact/signals";
import { isOn, lookOf, wardAlarms } from "../state/alarms";
import { isLive } from "../state/link";
import { beds, hasSnapshot } from "../state/patients";
import { route } from "../state/route";
import { filters } from "../ward/filters";
import { t } from "../words/words";

/** The ward's name, or the page's; on the ward page what is filtered for. */
export const pageName: ReadonlySignal<string> = computed(() => {
  const { value } = route;
  if (value.page === "patient") return value.patientId;
  if (value.page !== "ward") return t(`${value.page}.name`);
  return filters.value.ward === "" ? wardsName() : filters.value.ward;
});

/** How many alarms of high or medium priority there are. */
export const urgentCount: ReadonlySignal<number> = computed(
  () => wardAlarms.value.filter(({ condition }) => isOn(condition) && isUrgent(condition)).length,
);

/** Keep the tab's title up to date, so that a tab in the background tells too. */
export function showTitle(): () => void {
  return effect(() => {
    document.title = tabTitle(urgentCount.value, isLive.value || !hasSnapshot.value, pageTitle());
  });
}

/** `(2) Wardline · Ward`; of a picture that is not the present no number is told. */
export function tabTitle(urgent: number, isPresent: boolean, page: string): string {
  const name = `${t("frame.name")} · ${page}`;
  if (!isPresent) return `${t("frame.not_live")} · ${name}`;
  return urgent === 0 ? name : `(${urgent}) ${name}`;
}

function pageTitle(): string {
  const { value } = route;
  return value.page === "patient" ? value.patientId : t(`${value.page}.name`);
}

function wardsName(): string {
  const [first, ...others] = new Set(beds.value.map((bed) => bed.ward));
  if (first === undefined) return t("ward.name");
  return others.length === 0 ? first : t("frame.wards", { n: others.length + 1 });
}

function isUrgent(condition: Parameters<typeof lookOf>[0]): boolean {
  const look = lookOf(condition);
  return look === "high" || look === "medium";
}
