/**
 * Every alarm of the house in one row, most urgent first. It keeps its height; what does not fit
 * is counted and reached by scrolling sideways.
 */
import { useComputed } from "@preact/signals";
import { useRef } from "preact/hooks";
import { conditionText } from "../format/conditions";
import { isEnding, lookOf, wardAlarms } from "../state/alarms";

import { type PatientState, patients } from "../state/patients";
import { patientPath } from "../state/route";
import { t } from "../words/words";
import { shownNow } from "./shown-now";
import { bedText, markText, sinceText } from "./tile-texts";
import { useSight } from "./unseen";

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
  const row = useRef<HTMLUListElement>(null);
  const sight = useSight(row);
  const list = listOf(keys.value);
  const unseen = useComputed(() => unseenText(listOf(keys.value).length, sight.count.value));
  return (
    <section class="strip" data-testid="alarm-strip" aria-label={t("ward.alarms")}>
      {list.length === 0 ? <span class="strip-none">{t("ward.no_alarms")}</span> : null}
      <ul class="strip-items" ref={row}>
        {list.slice(0, ITEMS_MAX).map((key) => (
          <li key={key} ref={sight.watch}>
            <StripItem alarm={key} />
          </li>
        ))}
      </ul>
      <span class="strip-more">{unseen}</span>
    </section>
  );
}

function listOf(keys: string): readonly string[] {
  return keys === "" ? [] : keys.split("\n");
}

/** `+3`, or nothing while all are seen. */
function unseenText(count: number, seen: number): string {
  return count > seen ? `+${count - seen}` : "";
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
  const since = useComputed(() => condition.value && sinceText(condition.value, shownNow.value));
  const look = useComputed(() => condition.value && lookOf(condition.value));
  const isOver = useComputed(() => isEnding(condition.value));
  const priority = useComputed(() => condition.value?.priority);
  return (
    <a
      href={patientPath(patient.id)}
      data-inside
      data-alarm={rule}
      data-priority={priority}
      data-look={look}
      data-ending={isOver}
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
