/** The tiles at their places, as large as the room allows. */
import { useComputed } from "@preact/signals";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { isLive } from "../state/link";
import { preferences } from "../state/preferences";
import { go, patientPath } from "../state/route";
import { t } from "../words/words";
import { EmptyTile } from "./empty-tile";
import { shownPlaces } from "./filters";
import { GAP, type Layout, layoutOf } from "./layout";
import { useRoom } from "./room";
import { focusedKey, indexAfter, takePatientLeft } from "./roving";
import { Tile } from "./tile";

export function Grid() {
  const frame = useRef<HTMLDivElement>(null);
  const room = useRoom(frame);
  const shown = shownPlaces.value;
  const tiles = useMemo(
    () =>
      shown.map((place) =>
        place.patient === null ? (
          <EmptyTile key={place.key} place={place} />
        ) : (
          <Tile key={place.key} place={place} patient={place.patient} />
        ),
      ),
    [shown],
  );
  const layout = layoutOf(shown.length, room, preferences.value.density);
  const liveness = useComputed(() => (isLive.value ? "live" : "lost"));
  useFlashInPhase(frame);
  useFocusOnReturn(frame);
  return (
    <div class="grid-room" ref={frame} data-scrolls={layout.scrolls}>
      <section
        class="grid"
        aria-label={t("ward.grid")}
        data-density={layout.look}
        data-liveness={liveness}
        style={gridStyle(layout)}
        onFocusIn={(focus) => noteFocus(focus.target as Element)}
        onKeyDown={(key) => followKey(key, layout.columns)}
      >
        {room.width === 0 ? null : tiles}
      </section>
    </div>
  );
}

function gridStyle(layout: Layout) {
  const height = layout.scrolls ? `minmax(${layout.tileHeight}px, auto)` : `${layout.tileHeight}px`;
  const width = layout.scrolls ? "minmax(0, 1fr)" : `${layout.tileWidth}px`;
  return {
    gridTemplateColumns: `repeat(${layout.columns}, ${width})`,
    gridAutoRows: height,
    gap: `${GAP}px`,
    "--numeral": `${layout.numeral}px`,
    "--minor": `${layout.minor}px`,
    "--words": `${layout.text}px`,
  };
}

function tileOf(element: Element): HTMLElement | null {
  return element.closest<HTMLElement>("[data-key]");
}

function noteFocus(element: Element): void {
  const key = tileOf(element)?.dataset["key"];
  if (key !== undefined) focusedKey.value = key;
}

/** Arrows, Home and End move; Enter opens. */
function followKey(key: KeyboardEvent, columns: number): void {
  const tile = tileOf(key.target as Element);
  if (tile === null || key.ctrlKey || key.metaKey || key.altKey) return;
  if (key.key === "Enter" && key.target === tile) openTile(tile);
  const all = [...(tile.parentElement?.children ?? [])] as HTMLElement[];
  const index = indexAfter(key.key, all.indexOf(tile), columns, all.length);
  if (index === null) return;
  key.preventDefault();
  all[index]?.focus();
}

function openTile(tile: HTMLElement): void {
  const patientId = tile.dataset["patient"];
  if (patientId !== undefined) go(patientPath(patientId));
}

type Frame = { readonly current: HTMLElement | null };

/** Whoever comes back from a patient's page finds the focus on that patient's tile. */
function useFocusOnReturn(frame: Frame): void {
  const isThere = useRef(false);
  useLayoutEffect(() => {
    const tiles = frame.current?.querySelectorAll<HTMLElement>("[data-key]") ?? [];
    if (isThere.current || tiles.length === 0) return;
    isThere.current = true;
    const left = takePatientLeft();
    for (const tile of tiles) if (tile.dataset["key"] === left) tile.focus();
  });
}

/** Animations that began at different times all count from the same moment. */
function useFlashInPhase(frame: Frame): void {
  useEffect(() => {
    const { current } = frame;
    const align = (started: AnimationEvent): void => {
      for (const animation of (started.target as Element).getAnimations({ subtree: true })) {
        animation.startTime = 0;
      }
    };
    current?.addEventListener("animationstart", align);
    return () => current?.removeEventListener("animationstart", align);
  }, []);
}
