/** The data flow for whoever runs Wardline: drawn, in sentences, and in tables. All is pushed. */
import { useEffect } from "preact/hooks";
import { followSystem } from "../state/session";
import { system } from "../state/system";
import type { SystemPicture } from "../wire/messages";
import { localNumber, t } from "../words/words";
import { Diagram } from "./diagram";
import { Partitions, Workers } from "./tables";
import { sentences } from "./troubles";

export function SystemPage() {
  useEffect(follow, []);
  const told = system.value;
  return (
    <div class="overview system">
      <h1 class="unseen">{t("system.name")}</h1>
      {told === null ? <p class="frame-quiet">{t("system.waiting")}</p> : <Told told={told} />}
    </div>
  );
}

/** Only this page is sent the data flow. */
function follow(): () => void {
  followSystem(true);
  return () => {
    followSystem(false);
    system.value = null;
  };
}

function Told({ told }: { readonly told: SystemPicture }) {
  return (
    <>
      <Troubles found={sentences(told)} />
      <section class="panel" aria-labelledby="flow-title">
        <h2 id="flow-title">{t("system.flow")}</h2>
        <Diagram told={told} />
      </section>
      <Partitions told={told} />
      <Workers told={told} />
      {told.left_out > 0 && (
        <p class="frame-quiet">{t("system.left_out", { n: localNumber(told.left_out) })}</p>
      )}
    </>
  );
}

function Troubles({ found }: { readonly found: readonly string[] }) {
  const isWell = found.length === 0;
  return (
    <section
      class="panel system-troubles"
      data-testid="troubles"
      data-trouble={!isWell || undefined}
    >
      <div role="status">
        <h2>{t(isWell ? "system.well" : "system.wrong")}</h2>
        {!isWell && (
          <ul>
            {found.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}
