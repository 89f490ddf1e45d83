/** The two places a screen reader listens to. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { wardAlarms } from "../state/alarms";
import { Announcing } from "./announcing";

const LOOK_EVERY_MS = 500;

const assertive = signal("");
const polite = signal("");

function announce(): () => void {
  const announcing = new Announcing();
  const timer = window.setInterval(() => {
    announcing.take(wardAlarms.peek());
    const said = announcing.say(performance.now());
    if (said === null) return;
    assertive.value = said.assertive;
    polite.value = said.polite;
  }, LOOK_EVERY_MS);
  return () => window.clearInterval(timer);
}

export function Announcer() {
  useEffect(announce, []);
  return (
    <div class="unseen">
      <div aria-live="assertive" data-testid="said-assertive">
        {assertive}
      </div>
      <div aria-live="polite" data-testid="said-polite">
        {polite}
      </div>
    </div>
  );
}
