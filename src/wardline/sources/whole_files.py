"""Recordings that are read as a whole, because rows of one moment may lie anywhere in them."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from wardline.codecs import bidmc, mimic3, wfdb
from wardline.codecs.csv_rows import TableError
from wardline.codecs.recorded import Recorded, cut, recorded
from wardline.codecs.wfdb_header import WfdbError, parse_header
from wardline.model.dead_letters import Rejection
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries
from wardline.sources.files import Content, LeftError, origin_of, read_whole

_NUMERICS = re.compile(r"(.+?)(_Numerics)?(\.csv)?(\.gz|\.bz2)?", re.IGNORECASE)


class WholeFile:
    """One recording as a Source. Its readings are in memory from its first poll to its last.

    path, format, origin (a name for the content; positions are kept under it). companions: files
    read with it. notes: what was assumed about it, for people. rows, ignored_rows: rows of the file
    polled so far, and those of them that are no readings; every other row is part of a reading or
    refused. bytes_total, bytes_done: for a progress bar.
    """

    has_arrivals = False

    def __init__(self, paths: Sequence[Path], file_format: str, batch_rows: int):
        self.path = paths[0]
        self.companions = tuple(paths[1:])
        self.format = file_format
        self.origin = ""
        self.notes: list[str] = []
        self.rows = 0
        self.ignored_rows = 0
        self.bytes_total = sum(path.stat().st_size for path in paths)
        self.bytes_done = 0
        self._batch_rows = batch_rows
        self._load: Callable[[], Recorded] | None = None
        self._pieces: Iterator[Recorded] = iter(())
        self._rows_in_file = 0

    def loading(self, load: Callable[[], Recorded]) -> "WholeFile":
        """Set how the recording is read at the first poll."""
        self._load = load
        return self

    def poll(self) -> Decoded | None:
        """The next readings, or None at the end. Raises LeftError, OSError if the file changed."""
        if self._load is not None:
            load, self._load = self._load, None
            whole = load()
            self._rows_in_file = whole.rows
            self._pieces = cut(whole, self._batch_rows)
        piece = next(self._pieces, None)
        if piece is None:
            self.bytes_done = self.bytes_total
            return None
        self.rows += piece.rows
        self.ignored_rows += piece.decoded.ignored
        self.bytes_done = self.bytes_total * self.rows // max(self._rows_in_file, 1)
        return piece.decoded

    def close(self) -> None:
        """Forget what was not polled."""
        self._load = None
        self._pieces = iter(())


def open_bidmc(path: Path, names: Dictionaries, batch_rows: int) -> WholeFile:
    """A numerics table, with age and gender from the `_Fix.txt` beside it. Raises LeftError."""
    patient_id = patient_of(path)
    fix = path.with_name(f"{patient_id}_Fix.txt")
    companions = [fix] if fix.is_file() else []
    source = WholeFile([path, *companions], "bidmc", batch_rows)
    source.origin = origin_of(path)
    read_whole(path)  # Too large is better said now than in the middle.

    def load() -> Recorded:
        person = bidmc.parse_person(read_whole(fix).content) if companions else bidmc.Person()
        return _readable(
            path,
            lambda content: bidmc.decode_numerics(
                content, patient_id, person, names, source.origin
            ),
        )

    return source.loading(load)


def patient_of(path: Path) -> str:
    """`bidmc_NN` of bidmc_NN_Numerics.csv; any other name without its endings."""
    match = _NUMERICS.fullmatch(path.name)
    return match[1] if match else path.name


def open_mimic3(path: Path, names: Dictionaries, batch_rows: int) -> WholeFile:
    """A table of vital signs, with ages from the `icustays.csv` beside it. Raises LeftError."""
    beside = [path.with_name(name) for name in ("icustays.csv", "icustays.csv.gz")]
    companions = [stays for stays in beside if stays.is_file()][:1]
    source = WholeFile([path, *companions], "mimic3", batch_rows)
    source.origin = origin_of(path)
    read_whole(path)

    def load() -> Recorded:
        stays = _stays(companions[0], source.notes) if companions else {}
        return _readable(
            path, lambda content: mimic3.decode_vitals(content, stays, names, source.origin)
        )

    return source.loading(load)


def open_wfdb(path: Path, names: Dictionaries, batch_rows: int) -> WholeFile:
    """A numerics record with the signal files beside its header. Raises LeftError.

    The record is read at once: only then is it known to be sound.
    """
    header = parse_header(read_whole(path).content)
    files = list(dict.fromkeys(signal.file for signal in header.signals))
    if any(Path(name).name != name for name in files):
        raise LeftError("its signal files are said to lie in another folder")
    paths = [path.with_name(name) for name in files]
    try:
        contents = {signal.name: signal.read_bytes() for signal in paths if signal.is_file()}
        origin = origin_of(path, *(signal for signal in paths if signal.is_file()))
        whole = wfdb.decode_numerics(header, contents, names, origin)
        note = wfdb.base_time(header)[1]
    except WfdbError as problem:
        raise LeftError(f"an unreadable WFDB record: {problem}") from None
    source = WholeFile(
        [path, *(signal for signal in paths if signal.is_file())], "wfdb", batch_rows
    )
    source.origin = origin
    source.notes += [note] if note else []
    return source.loading(lambda: whole)


def _stays(path: Path, notes: list[str]) -> dict[str, mimic3.Person]:
    try:
        return mimic3.parse_stays(read_whole(path).content)
    except (TableError, LeftError) as problem:
        notes.append(f"ages unknown: {path.name}: {problem}")
        return {}


def _readable(path: Path, decode: Callable[[bytes], Recorded]) -> Recorded:
    """A table's readings; of a damaged packed file the whole rows before the damage."""
    whole = read_whole(path)
    if not whole.damage:
        return decode(whole.content)
    end = whole.content.rfind(b"\n") + 1
    return _cut_off(decode(whole.content[:end]), whole, end)


def _cut_off(found: Recorded, whole: Content, end: int) -> Recorded:
    """Readings, and a refusal for what the damage took away."""
    rest = whole.content[end:].decode("utf-8", errors="replace")
    line = whole.content.count(b"\n") + 1
    reason = f"the file is damaged from here on: {whole.damage}"
    rejections = [*found.decoded.rejections, Rejection(0, "", reason, "", "", rest, line)]
    decoded = found.decoded
    return recorded(decoded.batch, rejections, decoded.ignored, found.source_rows)
