import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const FOLDER = `${import.meta.dirname}/`;

function texts(language: string): Record<string, string> {
  const files = readdirSync(`${FOLDER}${language}`);
  const all = files.map((file) => JSON.parse(readFileSync(`${FOLDER}${language}/${file}`, "utf8")));
  return Object.assign({}, ...all);
}

function places(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
}

describe("the catalogue of words", () => {
  const en = texts("en");
  const de = texts("de");

  it("has every key in every language", () => {
    expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  });

  it("has the same parameters in every language", () => {
    for (const key of Object.keys(en))
      expect([key, places(de[key] ?? "")]).toEqual([key, places(en[key] ?? "")]);
  });

  it("has no empty text", () => {
    expect(Object.entries({ ...en, ...de }).filter(([, text]) => text.trim() === "")).toEqual([]);
  });
});
