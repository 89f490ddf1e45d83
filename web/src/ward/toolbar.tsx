/** What is shown of the house, and how much of it. */
import { useComputed } from "@preact/signals";
import { t } from "../words/words";
import { type Filters, filter, filters, STATES, shownPlaces } from "./filters";
import { Finder } from "./finder";
import { places, wards } from "./places";

export function Toolbar() {
  return (
    <search class="ward-bar" aria-label={t("ward.find")}>
      <WardFilter />
      <StateFilter />
      <Finder />
      <ShownCount />
    </search>
  );
}

/** Only where there is a choice, or one that leads nowhere has been made. */
function WardFilter() {
  const { ward } = filters.value;
  const names = wards.value;
  const isKnown = ward === "" || names.includes(ward);
  if (names.length < 2 && isKnown) return null;
  return (
    <select
      data-testid="ward-filter"
      aria-label={t("ward.filter_ward")}
      value={ward}
      onChange={(change) => filter({ ward: change.currentTarget.value })}
    >
      <option value="">{t("ward.all_wards")}</option>
      {(isKnown ? names : [...names, ward]).map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

function StateFilter() {
  return (
    <select
      data-testid="state-filter"
      aria-label={t("ward.filter_state")}
      value={filters.value.state}
      onChange={(change) => filter({ state: change.currentTarget.value as Filters["state"] })}
    >
      <option value="">{t("ward.all_states")}</option>
      {STATES.map((state) => (
        <option key={state} value={state}>
          {t(`ward.state.${state}`)}
        </option>
      ))}
    </select>
  );
}

/** `3 of 20`, under a filter. */
function ShownCount() {
  const text = useComputed(() => {
    const shown = shownPlaces.value.length;
    const all = places.value.length;
    return shown === all ? "" : t("ward.count_shown", { shown, all });
  });
  return (
    <span class="ward-count" role="status">
      {text}
    </span>
  );
}
