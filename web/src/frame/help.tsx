/** The overlay that explains the keys, the marks, and what this display is for. */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { type Key, t } from "../words/words";
import { Legend } from "./legend";

const isOpen = signal(false);

/** The keys of the console, as they are written on the keyboard. */
const KEYS: readonly (readonly [string, Key])[] = [
  ["?", "frame.key.help"],
  ["/", "frame.key.find"],
  ["W", "frame.key.ward"],
  ["O", "frame.key.overview"],
  ["D", "frame.key.admissions"],
  ["S", "frame.key.system"],
  ["← ↑ → ↓", "frame.key.arrows"],
  ["Enter", "frame.key.enter"],
  ["Esc", "frame.key.escape"],
];

export function openHelp(): void {
  isOpen.value = true;
}

/** A modal dialog: the browser keeps the focus inside; Escape or a click beside it closes it. */
export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen.value && dialog.current?.open === false) dialog.current.showModal();
  }, [isOpen.value]);
  return (
    <dialog
      ref={dialog}
      class="help"
      data-testid="help"
      aria-labelledby="help-title"
      onClose={() => {
        isOpen.value = false;
      }}
      closedby="any"
    >
      {isOpen.value && <Inside close={() => dialog.current?.close()} />}
    </dialog>
  );
}

function Inside({ close }: { readonly close: () => void }) {
  return (
    <div class="help-inside">
      <div class="help-top">
        <h2 id="help-title">{t("frame.help")}</h2>
        <button type="button" class="frame-tool" onClick={close}>
          {t("frame.close")}
        </button>
      </div>
      <p class="help-stance">{t("frame.stance_long")}</p>
      <div class="help-columns">
        <Keys />
        <Legend />
      </div>
    </div>
  );
}

function Keys() {
  return (
    <section>
      <h3>{t("frame.help_keys")}</h3>
      <dl class="help-keys">
        {KEYS.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(meaning)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
