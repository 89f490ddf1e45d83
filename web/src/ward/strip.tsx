/**
 * Every alarm of the house in one row, most urgent first. It keeps its height; what does not fit
 * is counted and reached by scrolling sideways.
 */
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { conditionText } from "../format/conditions";
import { lookOf, wardAlarms } from "../state/alarms";
import { serverNow } from "../state/clock";
import { type PatientState, patients } from "../state/patients";
import { patientPath } from "../state/route";
import { t } from "../words/words";
import { bedText, markText, sinceText } from "./tile-texts";

/** Alarms that have an item; more are only counted. */
const ITEMS_MAX = 60;

/** Strip items are told apart by it; equal lists of them are no change. */
function keyOf(patientId: string, rule: string): string {
  return JSON.stringify([patientId, rule]);
}

export function AlarmStrip() {
  const keys = useComputed(() =>
    wardAlarms.value.map((alarm) => keyOf(alarm.patient.id, alarm.condition.rule)).join("\n"),
  );
  const list = keys.value === "" ? [] : keys.value.split("\n");
  const { root, watch, unseen } = useUnseenCount(list.length);
  return (
    <section class="strip" data-testid="alarm-strip" aria-label={t("ward.alarms")}>
      {list.length === 0 ? <span class="strip-none">{t("ward.no_alarms")}</span> : null}
      <ul class="strip-items" ref={root}>
        {list.slice(0, ITEMS_MAX).map((key) => (
          <li key={key} ref={watch}>
            <StripItem alarm={key} />
          </li>
        ))}
      </ul>
      <span class="strip-more">{unseen}</span>
    </section>
  );
}

function StripItem({ alarm }: { alarm: string }) {
  const [patientId, rule] = JSON.parse(alarm) as [string, string];
  const patient = patients.value.get(patientId);
  return patient === undefined ? null : <StripAlarm patient={patient} rule={rule} />;
}

function StripAlarm({ patient, rule }: { patient: PatientState; rule: string }) {
  const condition = useComputed(() => patient.conditions.value.find((each) => each.rule === rule));
  const mark = useComputed(() => condition.value && markText(condition.value));
  const where = useComputed(() => whereText(patient));
  const what = useComputed(() => condition.value && conditionText(condition.value));
  const since = useComputed(() => condition.value && sinceText(condition.value, serverNow.value));
  const look = useComputed(() => condition.value && lookOf(condition.value));
  const priority = useComputed(() => condition.value?.priority);
  return (
    <a
      href={patientPath(patient.id)}
      data-inside
      data-alarm={rule}
      data-priority={priority}
      data-look={look}
    >
      <b>{mark}</b> <bdi>{where}</bdi> · <b>{what}</b> <span class="strip-since">{since}</span>
    </a>
  );
}

/** The bed, or the patient who has none. */
function whereText(patient: PatientState): string {
  const { bed } = patient.about.value;
  return bed === null ? patient.id : bedText(bed);
}

/** How many of `count` items are out of sight, as `+3`; nothing while all are seen. */
function useUnseenCount(count: number) {
  const root = useRef<HTMLUListElement>(null);
  const observer = useRef<IntersectionObserver | null>(null);
  const items = useRef(new Set<Element>());
  const seen = useRef(new Set<Element>());
  const seenCount = useSignal(0);
  const all = useSignal(count);
  all.value = count;
  const watch = useRef((item: Element | null) => {
    if (item === null) forget(items.current, seen.current);
    else if (!items.current.has(item)) {
      items.current.add(item);
      observer.current?.observe(item);
    }
  }).current;
  useEffect(() => {
    observer.current = new IntersectionObserver(
      (entries) => {
        for (const { target, isIntersecting } of entries) {
          if (isIntersecting) seen.current.add(target);
          else seen.current.delete(target);
        }
        forget(items.current, seen.current);
        seenCount.value = seen.current.size;
      },
      { root: root.current, threshold: 0.6 },
    );
    for (const item of items.current) observer.current.observe(item);
    return () => observer.current?.disconnect();
  }, []);
  const unseen = useComputed(() => {
    const hidden = all.value - seenCount.value;
    return hidden > 0 ? `+${hidden}` : "";
  });
  return { root, watch, unseen };
}

/** Items that left the page are neither there nor seen. */
function forget(items: Set<Element>, seen: Set<Element>): void {
  for (const item of items) {
    if (item.isConnected) continue;
    items.delete(item);
    seen.delete(item);
  }
}
