/** Finds a patient by bed, id or ward: tiles that do not fit step back, Enter opens the best. */
import { useComputed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { go, patientPath } from "../state/route";
import { t } from "../words/words";
import { found, sought } from "./sought";

export function Finder() {
  const input = useRef<HTMLInputElement>(null);
  const cameFrom = useRef<Element | null>(null);
  useSlashKey(input);
  useEffect(() => clear, []);
  const onKeyDown = (key: KeyboardEvent): void => {
    if (key.key === "Enter") openBest();
    if (key.key !== "Escape") return;
    // Escape in the finder leaves the finder, and nothing else.
    key.stopPropagation();
    key.preventDefault();
    clear();
    giveBackFocus(input.current, cameFrom.current);
  };
  return (
    <span class="finder">
      <input
        ref={input}
        data-testid="finder"
        type="search"
        autocomplete="off"
        spellcheck={false}
        aria-label={t("ward.find")}
        aria-keyshortcuts="/"
        placeholder={t("ward.find_hint")}
        value={sought}
        onInput={(typed) => {
          sought.value = typed.currentTarget.value;
        }}
        onFocus={(focus) => {
          cameFrom.current = focus.relatedTarget as Element | null;
        }}
        onKeyDown={onKeyDown}
      />
      <FoundCount />
    </span>
  );
}

/** How many fit, or that nobody does. */
function FoundCount() {
  const text = useComputed(() => foundText(found.value?.length));
  const isEmpty = useComputed(() => found.value?.length === 0);
  return (
    <span
      class="finder-count"
      role="status"
      data-testid={isEmpty.value ? "finder-empty" : undefined}
    >
      {text}
    </span>
  );
}

function foundText(count: number | undefined): string {
  if (count === undefined) return "";
  return count === 0 ? t("ward.nobody_found") : t("ward.found", { count });
}

function clear(): void {
  sought.value = "";
}

function openBest(): void {
  const best = found.peek()?.find((place) => place.patient !== null);
  if (best?.patient) go(patientPath(best.patient.id));
}

function giveBackFocus(input: HTMLInputElement | null, to: Element | null): void {
  if (to instanceof HTMLElement && to.isConnected) to.focus();
  else input?.blur();
}

/** `/` goes to the finder, unless somebody is typing a text. */
function useSlashKey(input: { readonly current: HTMLInputElement | null }): void {
  useEffect(() => {
    const onKey = (key: KeyboardEvent): void => {
      const isTyping = (key.target as Element | null)?.matches?.("input, textarea, select");
      const isPlain = !key.ctrlKey && !key.metaKey && !key.altKey;
      if (key.key !== "/" || isTyping || !isPlain || key.defaultPrevented) return;
      key.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
