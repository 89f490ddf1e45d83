"""Recordings on disk as sources: files and folders in, readings in file order out."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries
from wardline.sources.arrival_order import open_csv_in_order
from wardline.sources.files import LeftError
from wardline.sources.recognition import FORMATS, format_of
from wardline.sources.whole_files import open_bidmc, open_mimic3, open_wfdb

BATCH_ROWS = 10_000
"""Readings a poll gives at most."""

AUTO = "auto"

_OPENERS = {"bidmc": open_bidmc, "mimic3": open_mimic3, "wfdb": open_wfdb, "csv": open_csv_in_order}


class Recording(Protocol):
    """A Source over one file.

    origin: a name for the content, the same for the same bytes; positions are kept under it.
    rows, ignored_rows: rows of the file polled so far, and those that are no readings. notes: what
    was assumed.
    """

    path: Path
    format: str
    origin: str
    companions: tuple[Path, ...]
    notes: list[str]
    rows: int
    ignored_rows: int
    bytes_total: int

    @property
    def bytes_done(self) -> int:
        """How much of the file was read."""
        ...

    @property
    def has_arrivals(self) -> bool:
        """Whether the readings bring `arrival` and `arrived_at` of their own."""
        ...

    def poll(self) -> Decoded | None:
        """The next readings, or None at the end."""
        ...

    def close(self) -> None:
        """Give the file back."""
        ...


@dataclass(frozen=True, slots=True)
class Recordings:
    """Recordings and stores in the order of the paths, and what was left and why."""

    sources: list[Recording] = field(default_factory=list[Recording])
    stores: list[Path] = field(default_factory=list[Path])
    left: list[tuple[Path, str]] = field(default_factory=list[tuple[Path, str]])


def open_recordings(
    paths: Iterable[Path],
    file_format: str = AUTO,
    batch_rows: int = BATCH_ROWS,
    names: Dictionaries | None = None,
) -> Recordings:
    """Every recording in these files and folders; folders are searched to the bottom, in order.

    With a format other than "auto" files of other formats are left. All sources share `names`.
    ValueError for an unknown format; nothing that is wrong with a file raises.
    """
    if file_format not in (AUTO, *FORMATS):
        raise ValueError(f"unknown format {file_format!r}: one of {', '.join((AUTO, *FORMATS))}")
    names = names or Dictionaries()
    found = Recordings()
    for path in (file for given in paths for file in _files(Path(given), found)):
        try:
            _open(path, file_format, found, names, batch_rows)
        except LeftError as reason:
            found.left.append((path, str(reason)))
        except OSError as problem:
            found.left.append((path, problem.strerror or type(problem).__name__))
    _forget_companions(found)
    return found


def _open(path: Path, wanted: str, found: Recordings, names: Dictionaries, batch_rows: int) -> None:
    if not path.exists():
        raise LeftError("no such file or folder")
    if not path.is_file():
        raise LeftError("neither a file nor a folder")
    actual = format_of(path)
    if wanted not in (AUTO, actual):
        raise LeftError(f"{actual}, not {wanted}")
    if actual == "store":
        found.stores.append(path)
    else:
        found.sources.append(_OPENERS[actual](path, names, batch_rows))


def _files(path: Path, found: Recordings) -> list[Path]:
    """The path itself, or all files below it, sorted; links to folders are not followed."""
    if not path.is_dir():
        return [path]

    def leave(problem: OSError) -> None:
        found.left.append((Path(problem.filename), problem.strerror or "unreadable"))

    tree = os.walk(path, onerror=leave)
    return sorted(Path(folder, name) for folder, _, files in tree for name in files)


def _forget_companions(found: Recordings) -> None:
    """Files read with a recording were not left."""
    read = {companion for source in found.sources for companion in source.companions}
    found.left[:] = [(path, reason) for path, reason in found.left if path not in read]
