import type { ComponentChildren } from "preact";
import { t } from "../words/words";

interface Props {
  /** What is in it, for people who do not see it. */
  readonly label: string;
  readonly isTall?: boolean;
  readonly children: ComponentChildren;
}

/** A table may be wider than the screen: then it moves in its own box, also by keyboard. */
export function ScrollBox({ label, isTall = false, children }: Props) {
  return (
    <section
      class={isTall ? "scroll-box tall" : "scroll-box"}
      aria-label={t("patient.table_of", { what: label })}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
      tabIndex={0}
    >
      {children}
    </section>
  );
}
