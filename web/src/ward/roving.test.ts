import { describe, expect, it } from "vitest";
import { indexAfter } from "./roving";

describe("moving between tiles", () => {
  it("goes as the tiles lie on screen", () => {
    expect(indexAfter("ArrowRight", 4, 5, 12)).toBe(5);
    expect(indexAfter("ArrowLeft", 4, 5, 12)).toBe(3);
    expect(indexAfter("ArrowDown", 4, 5, 12)).toBe(9);
    expect(indexAfter("ArrowUp", 9, 5, 12)).toBe(4);
  });

  it("stays where there is no further tile", () => {
    expect(indexAfter("ArrowLeft", 0, 5, 12)).toBeNull();
    expect(indexAfter("ArrowUp", 3, 5, 12)).toBeNull();
    expect(indexAfter("ArrowDown", 8, 5, 12)).toBeNull();
    expect(indexAfter("ArrowRight", 11, 5, 12)).toBeNull();
  });

  it("goes to the first and the last tile", () => {
    expect(indexAfter("Home", 7, 5, 12)).toBe(0);
    expect(indexAfter("End", 7, 5, 12)).toBe(11);
  });

  it("leaves other keys alone", () => {
    expect(indexAfter("a", 7, 5, 12)).toBeNull();
  });
});
