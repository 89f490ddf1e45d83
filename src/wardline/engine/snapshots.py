"""Engine state as bytes, and back. Data only: a header in JSON, then the records, then a digest."""

import hashlib
import json
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from wardline.engine.state import PATIENT

MAGIC = b"wardline-engine-1\n"
DIGEST_SIZE = 32
PACKED, LEVEL = "zlib", 1
"""Records are mostly empty: a tenth is left, in less time than a store takes for the whole."""


class SnapshotError(ValueError):
    """These bytes are no snapshot of this version of the engine."""


def layout_id() -> str:
    """Names the layout of the records; a snapshot of another layout is not readable."""
    return hashlib.sha256(repr(PATIENT.descr).encode()).hexdigest()[:16]


def pack(header: dict[str, Any], records: npt.NDArray[np.void]) -> bytes:
    """One snapshot."""
    said = {**header, "layout": layout_id(), "count": len(records), "packed": PACKED}
    text = json.dumps(said).encode()
    packed = zlib.compress(records.tobytes(), LEVEL)
    body = b"".join((MAGIC, len(text).to_bytes(8, "little"), text, packed))
    return body + hashlib.sha256(body).digest()


def unpack(snapshot: bytes) -> tuple[dict[str, Any], npt.NDArray[np.void]]:
    """The header and the records of a snapshot. Raises SnapshotError."""
    body, digest = snapshot[:-DIGEST_SIZE], snapshot[-DIGEST_SIZE:]
    if not body.startswith(MAGIC) or hashlib.sha256(body).digest() != digest:
        raise SnapshotError("damaged, or not a snapshot of this version")
    start = len(MAGIC) + 8
    stop = start + int.from_bytes(body[len(MAGIC) : start], "little")
    header: dict[str, Any] = json.loads(body[start:stop])
    if header["layout"] != layout_id():
        raise SnapshotError("its records have another layout")
    # Snapshots of before were not packed.
    plain = zlib.decompress(body[stop:]) if header.get("packed") == PACKED else body[stop:]
    return header, np.frombuffer(plain, dtype=PATIENT, count=header["count"])
