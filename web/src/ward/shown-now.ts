/** The time of what is on screen: it stands still while the picture is not live. */
import { computed, type ReadonlySignal } from "@preact/signals";
import { serverNow } from "../state/clock";
import { link } from "../state/link";

/** Server time, epoch ms in whole seconds; 0 while unknown. */
export const shownNow: ReadonlySignal<number> = computed(() => {
  const { state, since } = link.value;
  return state === "lost" ? (since ?? 0) : serverNow.value;
});
