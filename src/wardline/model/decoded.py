"""What decoders give."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wardline.model.dead_letters import Rejection
from wardline.model.readings import ReadingBatch


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a decoder made of some records: readings in order, and the records it refused.

    `index` of each batch row among the records (refused ones counted) is `rows`.
    """

    batch: ReadingBatch
    rows: npt.NDArray[np.int64]
    rejections: tuple[Rejection, ...]
    ignored: int = 0
