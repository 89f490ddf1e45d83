/** Single keys that work on every page, never while somebody types. */
import { go, route } from "../state/route";
import { openHelp } from "./help";

/** Follow the keys of the whole console. */
export function startKeys(): () => void {
  document.addEventListener("keydown", follow);
  return () => document.removeEventListener("keydown", follow);
}

/** `g w` and `g o` work as well: `g` alone does nothing. */
function follow(press: KeyboardEvent): void {
  if (press.defaultPrevented || press.ctrlKey || press.metaKey || press.altKey) return;
  if (isTaken(press.target)) return;
  const does = ACTIONS[press.key];
  if (does === undefined) return;
  press.preventDefault();
  does();
}

const ACTIONS: Readonly<Record<string, () => void>> = {
  "?": openHelp,
  w: () => go("/"),
  o: () => go("/overview"),
  d: () => go("/admissions"),
  s: () => go("/system"),
  Escape: backToWard,
};

function backToWard(): void {
  if (route.peek().page !== "ward") go("/");
}

/** Whether a key belongs to something else: a field, or a dialog or panel that is open. */
export function isTaken(target: EventTarget | null): boolean {
  const isField = target instanceof HTMLElement && target.matches("input, select, textarea");
  const isEditable = target instanceof HTMLElement && target.isContentEditable;
  return (
    isField || isEditable || document.querySelector("dialog[open], [popover]:popover-open") !== null
  );
}
