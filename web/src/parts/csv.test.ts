import { describe, expect, it } from "vitest";
import { csvFileName, csvText } from "./csv";

describe("a CSV file", () => {
  it("ends every row as RFC 4180 wants it", () => {
    expect(
      csvText([
        ["a", "b"],
        ["1", ""],
      ]),
    ).toBe("a,b\r\n1,\r\n");
  });

  it("quotes what would break a row", () => {
    expect(csvText([['say "hi"', "a,b", "two\nlines"]])).toBe(
      '"say ""hi""","a,b","two\nlines"\r\n',
    );
  });

  it.each(["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\tx"])("makes no formula of %j", (text) => {
    expect(csvText([[text]])).toBe(`'${text}\r\n`);
  });

  it("leaves numbers numbers, whatever their sign", () => {
    expect(csvText([["-4.2", "+5.1", "36.8"]])).toBe("-4.2,+5.1,36.8\r\n");
  });

  it("is named after the server's time, without signs that file systems refuse", () => {
    const noon = Date.parse("2026-03-01T12:00:05.250Z");
    expect(csvFileName("anomalies", noon)).toBe("wardline-anomalies-2026-03-01T12-00-05Z.csv");
  });
});
