/**
 * What lies over everything when what is shown is not the present. The page stays readable and
 * usable below, so nothing of this takes a click.
 */
import { clockText } from "../format/times";
import { type Link, link } from "../state/link";
import { t } from "../words/words";

export function NotLive() {
  const { value } = link;
  if (value.state !== "lost") return null;
  return (
    <>
      <div class="hatching" data-testid="hatching" aria-hidden="true" />
      <div class="not-live" data-testid="not-live" role="alert" data-begun={value.since !== null}>
        <strong class="not-live-title">{titleOf(value)}</strong>
        <span class="not-live-why">
          <span class="not-live-cause">
            {causeOf(value)} {value.cause === "store" && <bdi>{value.problems.join("; ")}</bdi>}
          </span>
          <span>{t("frame.comes_back")}</span>
        </span>
      </div>
    </>
  );
}

/** Before the first picture there is no time since which it would not be live. */
function titleOf({ since }: Link): string {
  if (since === null) return t("frame.not_live");
  return t("frame.not_live_since", { time: clockText(since) });
}

function causeOf({ cause, since }: Link): string {
  if (since === null && cause === "link") return t("frame.cause.connecting");
  return t(`frame.cause.${cause}`);
}
