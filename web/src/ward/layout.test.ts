import { describe, expect, it } from "vitest";
import { GAP, type Layout, layoutOf, TEXT_MIN } from "./layout";

const DESKTOP = { width: 1904, height: 955 };
const LAPTOP = { width: 1350, height: 640 };
const WALL = { width: 3824, height: 2035 };

function usedHeight(layout: Layout): number {
  return layout.rows * layout.tileHeight + (layout.rows - 1) * GAP;
}

function usedWidth(layout: Layout): number {
  return layout.columns * layout.tileWidth + (layout.columns - 1) * GAP;
}

describe("the layout of the ward", () => {
  it("shows twenty beds in five columns with large numerals and sparklines", () => {
    const layout = layoutOf(20, DESKTOP, "auto");
    expect(layout).toMatchObject({ look: "comfortable", columns: 5, rows: 4, scrolls: false });
    expect(layout.numeral).toBeGreaterThanOrEqual(50);
  });

  it("fits any number up to a hundred into a desktop and a wall without scrolling", () => {
    for (const room of [DESKTOP, WALL]) {
      for (let count = 1; count <= 100; count++) {
        const layout = layoutOf(count, room, "auto");
        expect(layout.scrolls).toBe(false);
        expect(layout.columns * layout.rows).toBeGreaterThanOrEqual(count);
        expect(usedWidth(layout)).toBeLessThanOrEqual(room.width);
        expect(usedHeight(layout)).toBeLessThanOrEqual(room.height);
      }
    }
  });

  it("never makes texts too small to read, however many beds there are", () => {
    for (const count of [1, 20, 57, 100, 400]) {
      const layout = layoutOf(count, LAPTOP, "auto");
      expect(layout.numeral).toBeGreaterThanOrEqual(18);
      expect(layout.text).toBeGreaterThanOrEqual(TEXT_MIN);
    }
  });

  it("makes everything larger on a wall", () => {
    expect(layoutOf(20, WALL, "auto").numeral).toBeGreaterThanOrEqual(80);
    expect(layoutOf(100, WALL, "auto").numeral).toBeGreaterThanOrEqual(32);
  });

  it("has a moderate tile for a single patient", () => {
    const layout = layoutOf(1, WALL, "auto");
    expect(layout.tileWidth).toBeLessThan(WALL.width);
    expect(layout.tileHeight).toBeLessThan(WALL.height);
  });

  it("shows less of each bed where more beds have to fit", () => {
    const looks = [10, 30, 100].map((count) => layoutOf(count, LAPTOP, "auto").look);
    expect(looks).toEqual(["comfortable", "compact", "glance"]);
  });

  it("scrolls down, never sideways, where not even glances fit", () => {
    const layout = layoutOf(500, LAPTOP, "auto");
    expect(layout).toMatchObject({ look: "glance", scrolls: true });
    expect(usedWidth(layout)).toBeLessThanOrEqual(LAPTOP.width);
  });

  it("keeps the look that was asked for and scrolls if it has to", () => {
    expect(layoutOf(100, DESKTOP, "comfortable")).toMatchObject({
      look: "comfortable",
      scrolls: true,
    });
    expect(layoutOf(4, DESKTOP, "glance")).toMatchObject({ look: "glance", scrolls: false });
  });

  it("has one column on a phone", () => {
    for (const width of [304, 344]) {
      const layout = layoutOf(20, { width, height: null }, "auto");
      expect(layout).toMatchObject({ look: "comfortable", columns: 1, rows: 20, scrolls: true });
      expect(layout.tileWidth).toBe(width);
    }
  });

  it("stays possible in a room of no size", () => {
    const layout = layoutOf(20, { width: 0, height: 0 }, "auto");
    expect(layout.columns).toBe(1);
  });
});
