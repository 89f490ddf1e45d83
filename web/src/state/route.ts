/** Which page is shown. The address bar is the only truth. */
import { signal } from "@preact/signals";

export type Route =
  | { readonly page: "ward" }
  | { readonly page: "overview" }
  | { readonly page: "admissions" }
  | { readonly page: "system" }
  | { readonly page: "patient"; readonly patientId: string };

const PATIENTS = "/patients/";

/** Browsers resolve these in a path, escaped or not, so such an id goes behind the `?`. */
const DOTS = /^\.{1,2}$/;

export const route = signal<Route>(routeOf(location.pathname, location.search));

/** Whether an id cannot stand in a path. */
export function isOnlyDots(patientId: string): boolean {
  return DOTS.test(patientId);
}

/** The address of a patient's page. The id is escaped, so any id has one. */
export function patientPath(patientId: string): string {
  if (DOTS.test(patientId)) return `${PATIENTS}?id=${patientId}`;
  return `${PATIENTS}${encodeURIComponent(patientId)}`;
}

/** Go to another page of the console. */
export function go(path: string): void {
  if (path !== `${location.pathname}${location.search}`) history.pushState(null, "", path);
  route.value = routeOf(location.pathname, location.search);
  window.scrollTo(0, 0);
}

/** Follow the browser's back and forward buttons, and clicks on links inside the console. */
export function startRouting(): () => void {
  const follow = (): void => {
    route.value = routeOf(location.pathname, location.search);
  };
  window.addEventListener("popstate", follow);
  document.addEventListener("click", followLink);
  return () => {
    window.removeEventListener("popstate", follow);
    document.removeEventListener("click", followLink);
  };
}

/** What a path shows; anything unknown is the ward. */
export function routeOf(path: string, query = ""): Route {
  if (path === "/overview") return { page: "overview" };
  if (path === "/admissions") return { page: "admissions" };
  if (path === "/system") return { page: "system" };
  const dots = path === PATIENTS ? new URLSearchParams(query).get("id") : null;
  if (dots !== null && DOTS.test(dots)) return { page: "patient", patientId: dots };
  if (path.startsWith(PATIENTS) && path.length > PATIENTS.length) {
    return { page: "patient", patientId: decoded(path.slice(PATIENTS.length)) };
  }
  return { page: "ward" };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Plain clicks on links marked `data-inside` change the page without loading it anew. */
function followLink(click: MouseEvent): void {
  const isPlain = click.button === 0 && !click.ctrlKey && !click.metaKey && !click.shiftKey;
  const anchor = (click.target as Element | null)?.closest?.("a[data-inside]");
  const path = anchor?.getAttribute("href");
  if (!isPlain || click.defaultPrevented || !path) return;
  click.preventDefault();
  go(path);
}
