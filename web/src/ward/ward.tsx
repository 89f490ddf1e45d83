/** The ward: alarms on top, then every bed at its place. */
import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { hasSnapshot } from "../state/patients";
import { t } from "../words/words";
import { filter, followAddress, shownPlaces } from "./filters";
import { Grid } from "./grid";
import { places } from "./places";
import { AlarmStrip } from "./strip";
import { Toolbar } from "./toolbar";

export function WardPage() {
  useEffect(followAddress, []);
  return (
    <div class="ward">
      <h1 class="unseen">{t("ward.name")}</h1>
      <div class="ward-top">
        <AlarmStrip />
        <Toolbar />
      </div>
      <Beds />
    </div>
  );
}

function Beds() {
  const isEmpty = useComputed(() => places.value.length === 0);
  const isFilteredOut = useComputed(() => shownPlaces.value.length === 0);
  if (!hasSnapshot.value) return <Connecting />;
  if (isEmpty.value) return <Nobody />;
  return isFilteredOut.value ? <NothingFits /> : <Grid />;
}

const SKELETONS = Array.from({ length: 12 }, (_, index) => index);

function Connecting() {
  return (
    <div class="ward-connecting">
      <p role="status">{t("ward.connecting")}</p>
      <div class="skeletons" aria-hidden="true">
        {SKELETONS.map((index) => (
          <div key={index} class="skeleton" />
        ))}
      </div>
    </div>
  );
}

/** The first thing to see of a new house: how readings get in. */
function Nobody() {
  return (
    <section class="ward-nobody">
      <h2>{t("ward.nobody")}</h2>
      <p>{t("ward.nobody_simulate")}</p>
      <pre>
        <code>{`wardline simulate --to ${location.origin}`}</code>
      </pre>
      <p>{t("ward.nobody_send")}</p>
      <pre>
        <code>{exampleRequest()}</code>
      </pre>
    </section>
  );
}

function exampleRequest(): string {
  return [
    `curl ${location.origin}/api/v1/readings \\`,
    '  -H "Content-Type: application/json" \\',
    `  -d '{"patient_id": "PT-001", "timestamp": "'$(date -u +%FT%TZ)'", "heart_rate": 75}'`,
  ].join("\n");
}

function NothingFits() {
  return (
    <section class="ward-nobody">
      <h2>{t("ward.nothing_fits")}</h2>
      <button type="button" onClick={() => filter({ ward: "", state: "" })}>
        {t("ward.show_all")}
      </button>
    </section>
  );
}
