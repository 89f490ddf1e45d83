/** Who came to the hospital, as system B asks: numbers, distributions, records. All is pushed. */
import { useEffect } from "preact/hooks";
import { t } from "../words/words";
import { Averages } from "./averages";
import { followAdmissions } from "./desk";
import { Distributions } from "./distributions";
import { KeyFigures } from "./key-figures";
import { Records } from "./records";

export function AdmissionsPage() {
  useEffect(followAdmissions, []);
  return (
    <div class="overview admissions">
      <h1 class="unseen">{t("admissions.name")}</h1>
      <KeyFigures />
      <Distributions />
      <Averages />
      <Records />
    </div>
  );
}
