/** Normal against anomalous readings, as one bar with text. */
import { computed } from "@preact/signals";
import { figures } from "../state/found";
import { localNumber, t } from "../words/words";

const share = computed(() => figures.value?.anomalous_share ?? null);
const normalText = computed(() => percent(share.value === null ? null : 1 - share.value));
const anomalousText = computed(() => percent(share.value));
const normalWidth = computed(() => (share.value === null ? 0 : (1 - share.value) * 100));
const anomalousWidth = computed(() => (share.value ?? 0) * 100);

export function Share() {
  return (
    <section class="panel" data-testid="share">
      <h2>{t("overview.share")}</h2>
      <svg class="share-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <rect class="bar-ground" width="100" height="10" />
        <rect class="share-normal" width={normalWidth} height="10" />
        <rect class="share-anomalous" x={normalWidth} width={anomalousWidth} height="10" />
      </svg>
      <p class="share-text">
        <span class="share-key share-normal" /> {t("overview.normal")} <b>{normalText}</b>
      </p>
      <p class="share-text">
        <span class="share-key share-anomalous" /> {t("overview.anomalous")} <b>{anomalousText}</b>
      </p>
      <p class="figure-note">{t("overview.share_note")}</p>
    </section>
  );
}

function percent(value: number | null): string {
  return value === null ? "--" : `${localNumber(value * 100, 1)} %`;
}
