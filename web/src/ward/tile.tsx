/**
 * One bed with its patient. Everything that changes is a signal in the text or in an attribute;
 * the tile renders once.
 */
import { useComputed } from "@preact/signals";
import { conditionText } from "../format/conditions";
import { isEnding, lookOf } from "../state/alarms";

import type { PatientState } from "../state/patients";
import { patientPath } from "../state/route";
import type { Condition } from "../wire/messages";
import { t } from "../words/words";
import { NewsBadge } from "./news-badge";
import { type Place, stateOf } from "./places";
import { tabStop } from "./roving";
import { shownNow } from "./shown-now";
import { markOf } from "./sought";
import { markText, sinceText, tileName, urgentConditions, usualText } from "./tile-texts";
import { MainVitals, MinorVitals } from "./tile-vitals";

/** How tab order and finder see the tile of a place. */
export function useTileMarks(key: string) {
  return {
    tabIndex: useComputed(() => (tabStop.value === key ? 0 : -1)),
    found: useComputed(() => markOf(key)),
  };
}

/** The tile of a patient. */
export function Tile({ place, patient }: { place: Place; patient: PatientState }) {
  const { tabIndex, found } = useTileMarks(place.key);
  const name = useComputed(() => tileName(place));
  const urgent = useComputed(() => urgentConditions(patient)[0]);
  const priority = useComputed(() => urgent.value?.priority);
  const look = useComputed(() => urgent.value && lookOf(urgent.value));
  const isOver = useComputed(() => isEnding(urgent.value));
  return (
    <article
      class="tile"
      aria-label={name}
      tabIndex={tabIndex}
      data-key={place.key}
      data-state={stateOf(patient)}
      data-patient={patient.id}
      data-bed={place.bed ?? undefined}
      data-ward={place.ward ?? undefined}
      data-priority={priority}
      data-look={look}
      data-ending={isOver}
      data-found={found}
    >
      <Head place={place} patient={patient} />
      <MainVitals patient={patient} />
      <MinorVitals patient={patient} />
      <Foot patient={patient} />
    </article>
  );
}

function Head({ place, patient }: { place: Place; patient: PatientState }) {
  const who = useComputed(() => whoText(patient));
  const bed = useComputed(() => place.bed ?? t("ward.no_bed"));
  return (
    <header class="tile-head">
      <a
        class={place.bed === null ? "tile-bed no-bed" : "tile-bed"}
        href={patientPath(patient.id)}
        data-inside
        tabIndex={-1}
      >
        <bdi>{bed}</bdi>
      </a>
      <span class="tile-who">
        <bdi>{patient.id}</bdi> <span class="who-else">{who}</span>
      </span>
      <NewsBadge patient={patient} />
    </header>
  );
}

/** `· 74 M`, as far as known. */
function whoText(patient: PatientState): string {
  const { age, gender } = patient.about.value;
  const sex = gender === "M" || gender === "F" ? t(`gender.${gender}`) : gender;
  const known = [age, sex].filter((part) => part !== null).join(" ");
  return known === "" ? "" : `· ${known}`;
}

function Foot({ patient }: { patient: PatientState }) {
  const urgent = useComputed(() => urgentConditions(patient));
  const first = useComputed(() => urgent.value[0]);
  const mark = useComputed(() => first.value && markText(first.value));
  const what = useComputed(() => whatText(patient, first.value));
  const since = useComputed(() => first.value && sinceText(first.value, shownNow.value));
  const usual = useComputed(() => first.value && usualText(first.value, patient));
  const more = useComputed(() => (urgent.value.length > 1 ? `+${urgent.value.length - 1}` : ""));
  return (
    <footer class="tile-foot">
      <span class="foot-line">
        <b>{mark}</b> <b>{what}</b> <span class="foot-since">{since}</span>{" "}
        <span class="foot-usual">{usual}</span>
      </span>
      <span class="foot-more">{more}</span>
    </footer>
  );
}

function whatText(patient: PatientState, condition: Condition | undefined): string {
  if (condition !== undefined) return conditionText(condition);
  return stateOf(patient).value === "no-signal" ? t("ward.no_signal_yet") : "";
}
