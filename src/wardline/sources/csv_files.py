"""CSV recordings, read piece by piece: files of any size."""

from collections.abc import Generator
from pathlib import Path

import numpy as np

from wardline.codecs.csv_cells import RECORD_BYTES_MAX, CsvHeaderError
from wardline.codecs.recorded import reading_batch
from wardline.codecs.vitals_csv import CsvDecoder
from wardline.model.dead_letters import Rejection
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries
from wardline.model.readings import RawTexts
from wardline.sources.files import DamageError, LeftError, origin_of, pieces, read_unpacked


class CsvFile:
    """One CSV file as a Source: a header and a reading a row, in the order of rows.

    path, format, origin (a name for the content; positions are kept under it). rows: rows polled
    so far, blank lines not counted. bytes_total, bytes_done: for a progress bar. Memory: one piece
    of the file and one batch.
    """

    format = "csv"
    companions: tuple[Path, ...] = ()
    ignored_rows = 0

    def __init__(self, path: Path, names: Dictionaries, batch_rows: int):
        self.path = path
        self.origin = origin_of(path)
        self.notes: list[str] = []
        self.rows = 0
        self.bytes_total = path.stat().st_size
        self.bytes_done = 0
        self._names = names
        self._lines = 1
        header = read_unpacked(path, RECORD_BYTES_MAX + 1).content.split(b"\n", 1)[0]
        self._header_bytes = len(header) + 1
        self._decoder = CsvDecoder(header, names, origin=self.origin, rows_max=batch_rows)
        self._polls = self._decoded()

    @property
    def has_arrivals(self) -> bool:
        """Whether the readings bring `arrival` and `arrived_at` of their own."""
        return self._decoder.has_arrivals

    def poll(self) -> Decoded | None:
        """The next readings, or None at the end. Raises OSError."""
        decoded = next(self._polls, None)
        if decoded is None:
            self.bytes_done = self.bytes_total
            return None
        self.rows += len(decoded.batch) + len(decoded.rejections)
        return decoded

    def close(self) -> None:
        """Close the file."""
        self._polls.close()

    def _decoded(self) -> Generator[Decoded]:
        skipped = self._header_bytes
        rest = b""
        found = pieces(self.path, self._reached)
        try:
            for piece in found:
                body = piece[skipped:]
                skipped -= min(skipped, len(piece))
                self._lines += body.count(b"\n")
                rest = (rest + body)[-RECORD_BYTES_MAX:].rpartition(b"\n")[2]
                yield from self._decoder.feed(body)
        except DamageError as damage:
            yield self._damaged(str(damage), rest)
        else:
            yield from self._decoder.finish()
        finally:
            found.close()

    def _reached(self, place: int) -> None:
        self.bytes_done = place

    def _damaged(self, damage: str, rest: bytes) -> Decoded:
        """The refusal of a row that was cut off, as it cannot be known to be whole."""
        batch = reading_batch(
            self._names, self.origin, RawTexts(()), observed_at=np.zeros(0, dtype=np.int64)
        )
        reason = f"the file is damaged from here on: {damage}"
        raw = rest.decode("utf-8", errors="replace")
        rejection = Rejection(0, "", reason, "", "", raw, self._lines + 1)
        return Decoded(batch, np.zeros(0, dtype=np.int64), (rejection,))


def open_csv(path: Path, names: Dictionaries, batch_rows: int) -> CsvFile:
    """A CSV file of readings. Raises LeftError for a header that names no reading."""
    try:
        return CsvFile(path, names, batch_rows)
    except CsvHeaderError as problem:
        raise LeftError(f"no CSV of readings: {problem}") from None
