import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { go, route } from "../state/route";
import { isTaken, startKeys } from "./keys";

function press(key: string, told: KeyboardEventInit = {}, target: EventTarget = document.body) {
  target.dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...told }),
  );
}

describe("keys of the whole console", () => {
  let end: () => void;
  beforeEach(() => {
    end = startKeys();
    go("/");
  });
  afterEach(() => {
    end();
    document.body.replaceChildren();
  });

  it("lead to the pages", () => {
    press("o");
    expect(route.value.page).toBe("overview");
    press("w");
    expect(route.value.page).toBe("ward");
  });

  it("work after a g as well", () => {
    press("g");
    press("o");
    expect(route.value.page).toBe("overview");
  });

  it("lead back to the ward with Escape", () => {
    go("/patients/PT-001");
    press("Escape");
    expect(route.value.page).toBe("ward");
  });

  it("are the browser's with Ctrl, Alt or Meta", () => {
    for (const told of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }]) press("o", told);
    expect(route.value.page).toBe("ward");
  });

  it.each(["input", "select", "textarea"])("are text inside of %s", (tag) => {
    const field = document.createElement(tag);
    document.body.append(field);
    press("o", {}, field);
    expect(route.value.page).toBe("ward");
    expect(isTaken(field)).toBe(true);
  });

  it("belong to a dialog that is open", () => {
    const dialog = document.createElement("dialog");
    dialog.setAttribute("open", "");
    document.body.append(dialog);
    press("o");
    expect(route.value.page).toBe("ward");
  });
});
