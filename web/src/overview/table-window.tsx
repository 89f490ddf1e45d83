import type { ComponentChildren } from "preact";

interface TableWindowProps {
  /** The id of the element that names the table. */
  readonly titleId: string;
  readonly children: ComponentChildren;
}

/** Where a table too big for its place scrolls, also by keys: that needs the focus. */
export function TableWindow({ titleId, children }: TableWindowProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without it keys could not scroll
    <section class="table-window" tabIndex={0} aria-labelledby={titleId}>
      {children}
    </section>
  );
}
