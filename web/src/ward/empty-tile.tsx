/** A bed nobody lies in. */
import { useComputed } from "@preact/signals";
import { t } from "../words/words";
import type { Place } from "./places";
import { useTileMarks } from "./tile";
import { tileName } from "./tile-texts";

export function EmptyTile({ place }: { place: Place }) {
  const { tabIndex, found } = useTileMarks(place.key);
  const name = useComputed(() => tileName(place));
  const empty = useComputed(() => t("ward.state.empty"));
  return (
    <article
      class="tile tile-empty"
      aria-label={name}
      tabIndex={tabIndex}
      data-key={place.key}
      data-state="empty"
      data-bed={place.bed ?? undefined}
      data-ward={place.ward ?? undefined}
      data-found={found}
    >
      <b class="tile-bed">
        <bdi>{place.bed}</bdi>
      </b>
      <span>{empty}</span>
    </article>
  );
}
