"""Transitions a viewer missed for longer than the hub reaches back, read from the store."""

from dataclasses import dataclass

from wardline.codecs.live_json import found_bodies, found_message, replayed_message
from wardline.pipeline.ports import Host, Query, StoreUnavailableError

ROWS_MAX = 10_000
"""Older ones are not sent; the viewer is told so and given a fresh snapshot."""

PAGE_ROWS = 5_000

MARGIN_MS = 60_000
"""What was announced at a moment happened at most so long before, but after an outage."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Reads from a host's store. The number of a found row holds the time it was announced."""

    host: Host

    def since(self, seq: int) -> tuple[list[str], bool]:
        """(messages, oldest first, whether they are all). A transition may be among them twice."""
        query = Query("transitions", start=max(0, seq // 1000 - MARGIN_MS))
        rows: list[tuple[object, ...]] = []
        token: str | None = None
        try:
            while len(rows) < ROWS_MAX:
                page = self.host.store.page(query, PAGE_ROWS, token)
                rows += page.rows
                token = page.next
                if token is None:
                    break
        except StoreUnavailableError:
            return [], False
        bodies = found_bodies("transition", rows[::-1])
        numbered = enumerate(bodies, seq + 1)
        texts = [replayed_message(found_message("transition", n, body)) for n, body in numbered]
        return texts, token is None
