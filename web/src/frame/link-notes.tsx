/** Short notes about the link: that it is slow, and that it is back. */
import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { missedTransitions } from "../state/found";
import { type LinkState, link } from "../state/link";
import { t } from "../words/words";

/** How long the note stays that it is live again. */
const BACK_NOTE_MS = 8_000;

const isBack = signal(false);
/** How many missed transitions were known of when the link was lost. */
const missedBefore = signal(0);

/** Watch the link for losing it and getting it back. */
function watchReturns(): () => void {
  let timer = 0;
  let before: LinkState = "lost";
  let hasBeenLive = false;
  const end = effect(() => {
    const { state } = link.value;
    if (state === "lost" && before !== "lost") missedBefore.value = missedTransitions.peek();
    if (state === "live" && before === "lost" && hasBeenLive) {
      isBack.value = true;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        isBack.value = false;
      }, BACK_NOTE_MS);
    }
    if (state === "lost") isBack.value = false;
    hasBeenLive ||= state === "live";
    // Through slow it may get lost, or come back.
    if (state !== "slow") before = state;
  });
  return () => {
    end();
    window.clearTimeout(timer);
    isBack.value = false;
  };
}

export function LinkNotes() {
  useEffect(watchReturns, []);
  return (
    <div class="link-notes" role="status">
      {link.value.state === "slow" && (
        <span class="link-slow" data-testid="link-slow">
          {t("frame.link_slow")}
        </span>
      )}
      {isBack.value && (
        <span class="link-back" data-testid="live-again">
          {t("frame.live_again", { n: missedTransitions.value - missedBefore.value })}
        </span>
      )}
    </div>
  );
}
