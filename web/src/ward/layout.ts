/**
 * How tiles share the room: columns, rows, and how large their texts are. Everything in CSS pixels.
 * Texts never fall below sizes that can be read; what does not fit then scrolls.
 */
import type { Density } from "../state/preferences";

export type Look = Exclude<Density, "auto">;

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Room {
  readonly width: number;
  /** Null: as high as it takes, because the page scrolls as a whole. */
  readonly height: number | null;
}

export interface Layout {
  readonly look: Look;
  readonly columns: number;
  readonly rows: number;
  readonly tileWidth: number;
  readonly tileHeight: number;
  /** Font size of heart rate and saturation. */
  readonly numeral: number;
  /** Font size of the other vital signs. */
  readonly minor: number;
  /** Font size of labels and of everything said in words. */
  readonly text: number;
  /** Whether there are more rows than the room holds. */
  readonly scrolls: boolean;
}

/** Between two tiles. */
export const GAP = 6;
/** Texts of tiles are never smaller. */
export const TEXT_MIN = 11;

interface Measure {
  readonly look: Look;
  readonly least: Size;
  /** Left and right of everything in a tile, the edge included. */
  readonly padding: number;
  /** Width of the widest value with its arrow, in its own font size. */
  readonly numeralEms: number;
  readonly numeralShare: number;
  readonly minorShare: number;
}

/** Width of blood pressure, respiratory rate and temperature in a row, in their own font size. */
const MINOR_EMS = 11;
const NUMERAL_MAX = 132;
const TILE_MAX: Size = { width: 1200, height: 620 };

const COMFORTABLE: Measure = {
  look: "comfortable",
  least: { width: 264, height: 172 },
  padding: 46,
  numeralEms: 2.65,
  numeralShare: 0.25,
  minorShare: 0.11,
};
const COMPACT: Measure = {
  look: "compact",
  least: { width: 196, height: 114 },
  padding: 34,
  numeralEms: 2.65,
  numeralShare: 0.27,
  minorShare: 0.13,
};
const GLANCE: Measure = {
  look: "glance",
  least: { width: 116, height: 54 },
  padding: 24,
  numeralEms: 2.1,
  numeralShare: 0.37,
  minorShare: 0.14,
};
const MEASURES: readonly Measure[] = [COMFORTABLE, COMPACT, GLANCE];

/** The layout of `count` tiles: the roomiest look in which all of them fit, or the one asked for. */
export function layoutOf(count: number, room: Room, density: Density): Layout {
  const allowed = MEASURES.filter((each) => density === "auto" || each.look === density);
  const { width, height } = room;
  if (height === null) return scrolling(count, width, allowed[0] ?? COMFORTABLE);
  for (const measure of allowed) {
    const best = bestFitting(count, { width, height }, measure);
    if (best !== null) return best;
  }
  return scrolling(count, width, allowed.at(-1) ?? GLANCE);
}

/** Of all numbers of columns in which everything fits, the one with the largest numerals. */
function bestFitting(count: number, room: Size, measure: Measure): Layout | null {
  let best: Layout | null = null;
  for (let columns = 1; columns <= Math.max(1, count); columns++) {
    const layout = sized(count, columns, room, measure);
    const fits =
      layout.tileWidth >= measure.least.width && layout.tileHeight >= measure.least.height;
    if (fits && (best === null || isBetter(layout, best, count))) best = layout;
  }
  return best;
}

/** Larger numerals; as large ones with fewer places left over, then wider tiles. */
function isBetter(a: Layout, b: Layout, count: number): boolean {
  if (a.numeral !== b.numeral) return a.numeral > b.numeral;
  const spare = (layout: Layout): number => layout.columns * layout.rows - count;
  return spare(a) < spare(b);
}

function sized(count: number, columns: number, room: Size, measure: Measure): Layout {
  const rows = Math.max(1, Math.ceil(count / columns));
  const tileWidth = Math.min(TILE_MAX.width, share(room.width, columns));
  const tileHeight = Math.min(TILE_MAX.height, share(room.height, rows));
  return { columns, rows, scrolls: false, ...tileSizes(tileWidth, tileHeight, measure) };
}

/** As many columns as have the least width, and rows of the least height. */
function scrolling(count: number, width: number, measure: Measure): Layout {
  const columns = Math.max(1, Math.floor((width + GAP) / (measure.least.width + GAP)));
  const sizes = tileSizes(share(width, columns), measure.least.height, measure);
  return { columns, rows: Math.max(1, Math.ceil(count / columns)), scrolls: true, ...sizes };
}

function tileSizes(tileWidth: number, tileHeight: number, measure: Measure) {
  const inside = tileWidth - measure.padding;
  const byWidth = (inside - GAP) / 2 / measure.numeralEms;
  return {
    look: measure.look,
    tileWidth,
    tileHeight,
    numeral: Math.floor(Math.min(NUMERAL_MAX, byWidth, tileHeight * measure.numeralShare)),
    minor: Math.floor(Math.min(inside / MINOR_EMS, tileHeight * measure.minorShare)),
    text: Math.floor(Math.max(TEXT_MIN, Math.min(inside / 22, tileHeight * 0.058, 26))),
  };
}

/** What each of `count` gets of a length, the gaps taken off. */
function share(length: number, count: number): number {
  return Math.floor((length - GAP * (count - 1)) / count);
}
