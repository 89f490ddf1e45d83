/** What a person may set on this station. */
import { choices, type Preferences, prefer, preferences } from "../state/preferences";
import { type Key, t } from "../words/words";

const PANEL = "settings";
const NAMES = ["theme", "language", "temperature", "pressure", "density"] as const;

/** A button and the panel it opens; the browser closes it on Escape or a click elsewhere. */
export function Settings() {
  return (
    <>
      <button type="button" class="frame-tool" popovertarget={PANEL} data-testid="settings-button">
        {t("frame.settings")}
      </button>
      <div id={PANEL} popover="auto" class="frame-panel" data-testid="settings">
        <h2>{t("frame.settings")}</h2>
        {NAMES.map((name) => (
          <Setting key={name} name={name} />
        ))}
        <p class="frame-quiet">{t("frame.settings_kept")}</p>
      </div>
    </>
  );
}

function Setting<Name extends keyof Preferences>({ name }: { readonly name: Name }) {
  return (
    <label class="frame-setting">
      <span>{t(`frame.set.${name}`)}</span>
      <select
        name={name}
        value={preferences.value[name]}
        onChange={(change) =>
          prefer({ [name]: change.currentTarget.value } as Partial<Preferences>)
        }
      >
        {choices(name).map((choice) => (
          <option key={choice} value={choice} selected={preferences.value[name] === choice}>
            {t(`frame.set.${name}.${choice}` as Key)}
          </option>
        ))}
      </select>
    </label>
  );
}
