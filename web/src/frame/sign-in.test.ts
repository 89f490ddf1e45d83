import { describe, expect, it } from "vitest";
import { RequestError } from "../wire/api";
import { failureText } from "./sign-in";

describe("a sign-in that fails", () => {
  it("says that the token is wrong", () => {
    expect(failureText(new RequestError(401, "this is not the token"))).toBe(
      "This is not the token.",
    );
  });

  it("says how long to wait after too many tries, if the server does", () => {
    const told = new RequestError(429, "too many wrong tries; wait 37 s");
    expect(failureText(told)).toBe("Too many wrong tries. Wait 37 s.");
    expect(failureText(new RequestError(429, "later"))).toBe(
      "Too many wrong tries. Wait a little.",
    );
  });

  it("says that nobody answered", () => {
    expect(failureText(new RequestError(0, ""))).toContain("No connection");
  });

  it("says what else the server said", () => {
    expect(failureText(new RequestError(503, "the store is full"))).toBe("the store is full");
  });
});
