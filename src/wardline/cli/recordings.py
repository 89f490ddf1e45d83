"""What `wardline replay` reads: files, folders and stores, one after the other."""

from collections.abc import Iterator
from pathlib import Path

from wardline.assembly import open_store, sqlite_file, store_url
from wardline.cli.failures import CommandError
from wardline.cli.options import say
from wardline.model.decoded import Decoded
from wardline.pipeline.ports import StoredBatch, StoredCommand
from wardline.sources.files import LeftError
from wardline.sources.recordings import Recording, Recordings, open_recordings

Part = Decoded | StoredBatch | StoredCommand

LEFT_SHOWN_MAX = 20
"""Of more files that were left only the number is said."""


class Material:
    """Everything to be replayed, in order, and how far it was read."""

    def __init__(self, paths: tuple[str, ...], file_format: str, batch_rows: int):
        urls = [path for path in paths if "://" in path]
        files = [Path(path) for path in paths if "://" not in path]
        missing = [file for file in files if not file.exists()]
        if missing:
            raise CommandError(f"there is no {missing[0]}")
        found = open_recordings(files, file_format, batch_rows) if files else Recordings()
        self.left = list(found.left)
        self._recordings = found.sources
        self._stores = [*(store_url(path) for path in found.stores), *urls]
        self._stored_rows = 0
        self._bytes_total = sum(recording.bytes_total for recording in found.sources)
        self._say_left()
        if not (self._recordings or self._stores):
            raise CommandError("nothing there can be read")

    def is_also(self, url: str) -> bool:
        """Whether one of the stores to be read is the one behind this URL."""
        file = sqlite_file(url)
        if file is None:
            return False
        read = (sqlite_file(other) for other in self._stores)
        return any(other is not None and other.resolve() == file.resolve() for other in read)

    @property
    def rows(self) -> int:
        """Rows read."""
        return self._stored_rows + sum(recording.rows for recording in self._recordings)

    @property
    def ignored_rows(self) -> int:
        """Those of them that are no readings."""
        return sum(recording.ignored_rows for recording in self._recordings)

    @property
    def share(self) -> float:
        """How much was read, from 0 to 1."""
        done = sum(recording.bytes_done for recording in self._recordings)
        return done / max(self._bytes_total, 1)

    def parts(self) -> Iterator[Part]:
        """All of it, one recording after the other, then the stores."""
        for recording in self._recordings:
            yield from self.polled(recording)
        for url in self._stores:
            yield from self._stored(url)

    def feeds(self) -> list[tuple[str, Iterator[Part]]]:
        """(format, parts) of each recording and store by itself, to be read side by side."""
        recordings = [(source.format, self.polled(source)) for source in self._recordings]
        return [*recordings, *(("store", self._stored(url)) for url in self._stores)]

    def polled(self, recording: Recording) -> Iterator[Decoded]:
        """One recording. If it turns out to be unreadable it is named and left."""
        try:
            while (decoded := recording.poll()) is not None:
                yield decoded
        except (LeftError, OSError) as problem:
            self.left.append((recording.path, str(problem)))
            say(f"left in the middle: {recording.path}: {problem}")
        finally:
            recording.close()
        for note in recording.notes:
            say(f"{recording.path}: {note}")

    def _stored(self, url: str) -> Iterator[StoredBatch | StoredCommand]:
        store = open_store(url, must_exist=True)
        try:
            for work in store.work_after(0):
                if isinstance(work, StoredBatch):
                    self._stored_rows += len(work.batch)
                yield work
        finally:
            store.close()

    def _say_left(self) -> None:
        for path, reason in self.left[:LEFT_SHOWN_MAX]:
            say(f"left: {path}: {reason}")
        if len(self.left) > LEFT_SHOWN_MAX:
            say(f"left: {len(self.left) - LEFT_SHOWN_MAX} further files")
