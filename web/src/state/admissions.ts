/** What the live feed tells of admissions: that there are new ones, and what all of them count. */
import { batch, signal } from "@preact/signals";
import type { AdmissionSummary, AdmissionsMessage } from "../wire/messages";

/** The newest summary that was pushed; null before the first one. */
export const pushedSummary = signal<AdmissionSummary | null>(null);

/** How often there was something new; whoever shows records reads them again. */
export const admissionNews = signal(0);

/** Take what was pushed. */
export function takeAdmissions(message: AdmissionsMessage): void {
  batch(() => {
    pushedSummary.value = message.summary;
    admissionNews.value += 1;
  });
}
