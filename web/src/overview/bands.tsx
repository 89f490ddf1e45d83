/** How many patients are in each NEWS2 band, as bars with numbers. */
import { computed } from "@preact/signals";
import { t } from "../words/words";
import { BANDS, type Band, bandCounts, presentPatients } from "./present";

const counts = computed(() => bandCounts(presentPatients.value));

export function Bands() {
  return (
    <section class="panel" data-testid="news2-bands">
      <h2>{t("overview.bands")}</h2>
      <ul class="bands">
        {BANDS.map((band) => (
          <BandBar key={band} band={band} />
        ))}
      </ul>
    </section>
  );
}

function BandBar({ band }: { readonly band: Band }) {
  const count = counts.value.get(band) ?? 0;
  const all = Math.max(1, presentPatients.value.length);
  return (
    <li data-band={band}>
      <span class="band-name">
        {band === "partial" ? t("overview.partial") : t(`risk.${band}`)}
      </span>
      <svg class="band-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class="bar-ground" width="100" height="10" />
        <rect class="band-fill" width={(count / all) * 100} height="10" />
      </svg>
      <b data-count={count}>{count}</b>
    </li>
  );
}
