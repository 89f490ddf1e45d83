/** The dot in the header that says whether all this is the present. */
import { computed } from "@preact/signals";
import { serverNow } from "../state/clock";
import { link, silentMs } from "../state/link";
import { localNumber, t } from "../words/words";

/** Seconds since the newest message, told once a second: a number that runs draws the eye. */
const age = computed(() => {
  const isTold = serverNow.value > 0 && Number.isFinite(silentMs.peek());
  return isTold ? t("frame.seconds", { n: localNumber(silentMs.peek() / 1000, 1) }) : "";
});

export function LinkState() {
  const { state } = link.value;
  return (
    <span class="frame-link">
      <span class="frame-dot" aria-hidden="true" />
      <span class="frame-link-word">{t(`frame.link.${state}`)}</span>
      {state === "lost" ? null : <span class="frame-age">{age}</span>}
    </span>
  );
}
