"""Which format a file holds, told by its content."""

from pathlib import Path

from wardline.codecs import bidmc, mimic3
from wardline.codecs.csv_rows import TableError, parse_table
from wardline.codecs.fields import CSV_FIELDS, PATIENT_ID, TIMESTAMP
from wardline.codecs.wfdb import why_left
from wardline.codecs.wfdb_header import WfdbError, parse_header
from wardline.sources.files import PEEK_BYTES, LeftError, read_unpacked

FORMATS = ("bidmc", "mimic3", "wfdb", "csv", "store")
UNKNOWN = "no known format"

_SQLITE = b"SQLite format 3\x00"
_HEADER_LINE_MAX = 64 << 10
"""A table's column names fit in this; a longer first line is no table's."""


def format_of(path: Path) -> str:
    """One of FORMATS. Raises LeftError with the reason if the file holds no readings."""
    if _is_store(path):
        return "store"
    head = read_unpacked(path, PEEK_BYTES).content
    if not head:
        raise LeftError("empty")
    if path.suffix == ".hea":
        return _wfdb(head)
    if b"\x00" in head:
        is_signal = path.suffix in {".dat", ".mat"}
        raise LeftError("a WFDB signal file, read through its .hea" if is_signal else UNKNOWN)
    return _table(head)


def _is_store(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def _wfdb(head: bytes) -> str:
    try:
        reason = why_left(parse_header(head))
    except WfdbError as problem:
        raise LeftError(f"no WFDB header: {problem}") from None
    if reason:
        raise LeftError(reason)
    return "wfdb"


def _table(head: bytes) -> str:
    """The format of a text file by the names of its columns."""
    if len(head.split(b"\n", 1)[0]) > _HEADER_LINE_MAX:
        raise LeftError(UNKNOWN)
    whole_lines = head[: head.rfind(b"\n") + 1] if b"\n" in head else head
    try:
        header = parse_table(whole_lines.split(b"\n", 1)[0]).header
    except TableError:
        raise LeftError(UNKNOWN) from None
    if bidmc.is_numerics(header):
        return "bidmc"
    if mimic3.is_long_table(header) and mimic3.has_vitals(whole_lines):
        return "mimic3"
    if {PATIENT_ID, TIMESTAMP} & {CSV_FIELDS.get(name) for name in header}:
        return "csv"
    raise LeftError(_other_table(header))


def _other_table(header: list[str]) -> str:
    """What is known about a table that holds no readings."""
    if mimic3.is_long_table(header):
        return "a MIMIC-III table without vital signs (such as alarm limits), not readings"
    if mimic3.is_stays(header):
        return "a MIMIC-III table of stays, read with the vital signs beside it"
    first = header[0].lower() if header else ""
    if first == bidmc.TIME.lower():
        return "BIDMC waveforms, not readings"
    if first.startswith("breaths"):
        return "BIDMC breath annotations, not readings"
    return UNKNOWN
