/** Colours of the theme for canvases, which know no CSS properties. */

const probe = document.createElement("canvas").getContext("2d");

/** The colour of a custom property as the theme has it now, as `#rrggbb` however it was written. */
export function themeColour(property: string): string {
  const written = getComputedStyle(document.documentElement).getPropertyValue(property).trim();
  if (probe === null) return written;
  probe.fillStyle = written;
  return String(probe.fillStyle);
}

/** The same, partly transparent (0 to 1). Colours with a transparency of their own keep it. */
export function fadedColour(property: string, opacity: number): string {
  const colour = themeColour(property);
  if (!colour.startsWith("#")) return colour;
  return `${colour}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, "0")}`;
}

/** Call when the theme changes; returns how to stop. */
export function onThemeChange(call: () => void): () => void {
  const observer = new MutationObserver(call);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}
