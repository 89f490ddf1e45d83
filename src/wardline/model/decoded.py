"""What decoders give."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wardline.model.dead_letters import Rejection
from wardline.model.readings import ReadingBatch, join_batches


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a decoder made of some records: readings in order, and the records it refused.

    `index` of each batch row among the records (refused ones counted) is `rows`.
    """

    batch: ReadingBatch
    rows: npt.NDArray[np.int64]
    rejections: tuple[Rejection, ...]
    ignored: int = 0


def join_decoded(first: Decoded, second: Decoded, shift: int = 0) -> Decoded:
    """Both, in order. `shift`: how many records come before those of the second."""
    return Decoded(
        join_batches([first.batch, second.batch]),
        np.concatenate([first.rows, second.rows + shift]),
        (*first.rejections, *second.rejections),
        first.ignored + second.ignored,
    )
