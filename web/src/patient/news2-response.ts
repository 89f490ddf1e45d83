/** What the Royal College of Physicians asks for at each level of NEWS2. */
import type { Score } from "../wire/messages";
import type { Key } from "../words/words";

/** Total of a score, or the least it can be. */
export interface News2Level {
  readonly points: number;
  readonly isComplete: boolean;
  readonly response: Key;
  /** Chart colour, 0 to 3. */
  readonly colour: 0 | 1 | 2 | 3;
}

/**
 * The level of a score. A partial score has the level its known points already reach: with what
 * is missing it can only be higher.
 */
export function news2Level(score: Score): News2Level {
  const points = score.total ?? score.at_least ?? 0;
  const hasThree = Object.values(score.parts).some((part) => part === 3);
  return { points, isComplete: score.complete, ...responseTo(points, hasThree) };
}

function responseTo(points: number, hasThree: boolean): Pick<News2Level, "response" | "colour"> {
  if (points >= 7) return { response: "patient.news2.emergency", colour: 3 };
  if (points >= 5) return { response: "patient.news2.urgent", colour: 2 };
  if (hasThree) return { response: "patient.news2.single_three", colour: 1 };
  if (points >= 1) return { response: "patient.news2.low", colour: 0 };
  return { response: "patient.news2.zero", colour: 0 };
}

/** How many parts are known, as `5/7`. */
export function knownShare(score: Score): string {
  const parts = Object.values(score.parts);
  return `${parts.filter((part) => part !== null).length}/${parts.length}`;
}
