/** How many alarms there are, by priority; each count leads to their beds. */
import { computed } from "@preact/signals";
import { stopwatch } from "../format/times";
import { lookOf, tileState, type WardAlarm, wardAlarms } from "../state/alarms";
import { serverNow } from "../state/clock";
import { link } from "../state/link";
import { hasSnapshot } from "../state/patients";
import { go } from "../state/route";
import { filters, queryOf, readFilters } from "../ward/filters";
import { type Key, t } from "../words/words";

const LOOKS = ["high", "medium", "low", "technical"] as const;
type Look = (typeof LOOKS)[number];

const byLook = computed(() => {
  const groups = new Map<Look, WardAlarm[]>(LOOKS.map((look) => [look, []]));
  for (const alarm of wardAlarms.value) groups.get(lookOf(alarm.condition))?.push(alarm);
  return groups;
});

/** Since when the oldest alarm about a patient has been on, epoch ms; null without one. */
const oldestMs = computed(() => {
  const onsets = wardAlarms.value
    .filter(({ condition }) => condition.kind === "physiological" && condition.onset !== null)
    .map(({ condition }) => Date.parse(condition.onset ?? ""));
  return onsets.length === 0 ? null : Math.min(...onsets);
});

/** Runs no further than what is on screen is true. */
const running = computed(() => {
  const now = link.value.state === "lost" ? (link.value.since ?? 0) : serverNow.value;
  return oldestMs.value === null || now === 0 ? "" : stopwatch(now - oldestMs.value);
});

export function Counts() {
  if (!hasSnapshot.value) return null;
  const some = LOOKS.filter((look) => (byLook.value.get(look)?.length ?? 0) > 0);
  return (
    <div class="frame-counts" data-testid="counts">
      {some.length === 0 && <span class="frame-quiet">{t("frame.no_alarms")}</span>}
      {some.map((look) => (
        <Count key={look} look={look} />
      ))}
      {oldestMs.value !== null && <Oldest />}
    </div>
  );
}

function Count({ look }: { readonly look: Look }) {
  const alarms = byLook.value.get(look) ?? [];
  const path = pathTo(alarms);
  const key: Key = `frame.count.${look}`;
  return (
    <a
      class="frame-count"
      data-look={look}
      data-testid={`count-${look}`}
      href={path}
      title={t(`frame.count_title.${look}`, { n: alarms.length })}
      onClick={(click) => follow(click, path)}
    >
      <span aria-hidden="true">{t(key, { n: alarms.length })}</span>
      <span class="unseen">{t(`frame.count_title.${look}`, { n: alarms.length })}</span>
    </a>
  );
}

function Oldest() {
  return (
    <span class="frame-oldest">
      {t("frame.oldest")} <b>{running}</b>
    </span>
  );
}

/** The ward page, showing the beds in the state of the most urgent of these alarms. */
function pathTo(alarms: readonly WardAlarm[]): string {
  const [first] = alarms;
  const state = first === undefined ? "" : tileState(first.patient);
  return `/${queryOf({ ...filters.value, state })}`;
}

function follow(click: MouseEvent, path: string): void {
  if (click.button !== 0 || click.ctrlKey || click.metaKey || click.shiftKey) return;
  click.preventDefault();
  go(path);
  readFilters();
}
