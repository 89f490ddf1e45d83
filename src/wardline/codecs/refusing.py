"""Messages that are refused as a whole."""

from dataclasses import replace
from typing import Any

import numpy as np

from wardline.codecs.records import raw_text
from wardline.model.dead_letters import Rejection
from wardline.model.decoded import Decoded
from wardline.model.names import Dictionaries
from wardline.model.readings import ReadingBatch, empty_columns


def nothing_decoded(dictionaries: Dictionaries, origin: str) -> Decoded:
    """No readings and no rejections."""
    names = (dictionaries.patients, dictionaries.sources, dictionaries.labels)
    columns: dict[str, Any] = dict(empty_columns(0))
    return Decoded(ReadingBatch(*names, **columns, origin=origin), np.empty(0, np.int64), ())


def refused_message(
    value: bytes, position: int, reason: str, dictionaries: Dictionaries, origin: str
) -> Decoded:
    """Nothing but the rejection of one message."""
    rejection = Rejection(0, "", reason, "", "", raw_text(value), position)
    return replace(nothing_decoded(dictionaries, origin), rejections=(rejection,))
