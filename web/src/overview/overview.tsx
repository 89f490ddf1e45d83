/** The whole ward in numbers and tables, as a researcher looks at it. All of it is live. */
import { useEffect } from "preact/hooks";
import { watch } from "../state/session";
import { t } from "../words/words";
import { Anomalies } from "./anomalies";
import { Bands } from "./bands";
import { KeyFigures } from "./key-figures";
import { RiskTable } from "./risk-table";
import { Share } from "./share";
import { WardTrends } from "./ward-trends";

export function OverviewPage() {
  useEffect(watchAll, []);
  return (
    <div class="overview">
      <h1 class="unseen">{t("overview.name")}</h1>
      <KeyFigures />
      <div class="overview-pictures">
        <Bands />
        <Share />
        <WardTrends />
      </div>
      <RiskTable />
      <Anomalies />
    </div>
  );
}

/** Anomalies come only for patients that are watched. */
function watchAll(): () => void {
  watch(null);
  return () => watch([]);
}
