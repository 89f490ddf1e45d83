"""Engine state as bytes, and back. Data only: a header in JSON, then the records, then a digest."""

import hashlib
import json
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from wardline.engine.state import PATIENT

MAGIC, PLAIN_MAGIC = b"wardline-engine-2\n", b"wardline-engine-1\n"
"""With packed records, and with records as they are, which were kept before. Of one length."""
DIGEST_SIZE = 32
LEVEL = 1
"""Of zlib. Records are mostly empty: a tenth to a fifth is left (docs/reference/performance.md)."""


class SnapshotError(ValueError):
    """These bytes are no snapshot of this version of the engine."""


def layout_id() -> str:
    """Names the layout of the records; a snapshot of another layout is not readable."""
    return hashlib.sha256(repr(PATIENT.descr).encode()).hexdigest()[:16]


def pack(header: dict[str, Any], records: npt.NDArray[np.void]) -> bytes:
    """One snapshot."""
    text = json.dumps({**header, "layout": layout_id(), "count": len(records)}).encode()
    packed = zlib.compress(records.tobytes(), LEVEL)
    body = b"".join((MAGIC, len(text).to_bytes(8, "little"), text, packed))
    return body + hashlib.sha256(body).digest()


def unpack(snapshot: bytes) -> tuple[dict[str, Any], npt.NDArray[np.void]]:
    """The header and the records of a snapshot. Raises SnapshotError."""
    body, digest = snapshot[:-DIGEST_SIZE], snapshot[-DIGEST_SIZE:]
    if not body.startswith((MAGIC, PLAIN_MAGIC)) or hashlib.sha256(body).digest() != digest:
        raise SnapshotError("damaged, or not a snapshot of this version")
    start = len(MAGIC) + 8
    stop = start + int.from_bytes(body[len(MAGIC) : start], "little")
    header: dict[str, Any] = json.loads(body[start:stop])
    if header["layout"] != layout_id():
        raise SnapshotError("its records have another layout")
    plain = zlib.decompress(body[stop:]) if body.startswith(MAGIC) else body[stop:]
    return header, np.frombuffer(plain, dtype=PATIENT, count=header["count"])
