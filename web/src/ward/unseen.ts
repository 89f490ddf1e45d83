/** How many items of a row that scrolls sideways are out of sight. */
import { type Signal, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/** Less of an item in sight counts as none. */
const SIGHT_MIN = 0.9;

/** Watches the items of one row; they come and go. */
export class Sight {
  /** How many items are in sight. */
  readonly count: Signal<number> = signal(0);
  readonly #items = new Set<Element>();
  readonly #seen = new Set<Element>();
  #observer: IntersectionObserver | null = null;

  /** Begin, or begin again, with the row that scrolls. */
  start(row: Element): () => void {
    const observer = new IntersectionObserver((entries) => this.#take(entries), {
      root: row,
      threshold: SIGHT_MIN,
    });
    this.#observer = observer;
    for (const item of this.#items) observer.observe(item);
    return () => observer.disconnect();
  }

  /** Give it to each item as its `ref`. */
  readonly watch = (item: Element | null): void => {
    if (item === null) this.#forget();
    else if (!this.#items.has(item)) {
      this.#items.add(item);
      this.#observer?.observe(item);
    }
  };

  #take(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#seen.add(target);
      else this.#seen.delete(target);
    }
    this.#forget();
    this.count.value = this.#seen.size;
  }

  /** Items that left the page are neither there nor seen. */
  #forget(): void {
    for (const item of this.#items) {
      if (item.isConnected) continue;
      this.#items.delete(item);
      this.#seen.delete(item);
      this.#observer?.unobserve(item);
    }
  }
}

/** The sight of a row, from when the row is there. */
export function useSight(row: { readonly current: Element | null }): Sight {
  const sight = useRef<Sight | null>(null);
  sight.current ??= new Sight();
  const { current } = sight;
  useEffect(() => (row.current === null ? undefined : current.start(row.current)), []);
  return current;
}
