/** The server's clock, and a word when the station's own is wrong. */
import { computed } from "@preact/signals";
import { ageText, clockText } from "../format/times";
import { STATION_OFF_MIN_MS, serverNow, stationAheadMs } from "../state/clock";
import { t } from "../words/words";

const clock = computed(() => (serverNow.value === 0 ? "--:--:--" : clockText(serverNow.value)));

/** How far off, in whole seconds, ahead positive; 0 while it does not matter. */
const offS = computed(() => {
  const ms = stationAheadMs.value;
  return Math.abs(ms) > STATION_OFF_MIN_MS ? Math.trunc(ms / 1000) : 0;
});

const offText = computed(() => {
  if (offS.value === 0) return null;
  const key = offS.value > 0 ? "frame.clock_ahead" : "frame.clock_behind";
  return t(key, { age: ageText(Math.abs(offS.value) * 1000) });
});

/** HH:MM:SS in the station's time zone. */
export function ServerClock() {
  return (
    <time class="frame-clock" data-testid="server-clock" title={t("frame.clock")}>
      {clock}
    </time>
  );
}

/** Nothing while the station's clock is right within `STATION_OFF_MIN_MS`. */
export function StationOff() {
  if (offText.value === null) return null;
  return (
    <span class="frame-note" data-testid="station-off">
      {offText}
    </span>
  );
}
