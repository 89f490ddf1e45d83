/** The data flow as it was pushed last; only whoever asked is sent any. */
import { signal } from "@preact/signals";
import type { SystemMessage, SystemPicture } from "../wire/messages";

/** Null before the first picture. */
export const system = signal<SystemPicture | null>(null);

/** Take what was pushed. */
export function takeSystem(message: SystemMessage): void {
  system.value = message.system;
}
