"""Text <-> small integer, append-only: patient ids and sources travel as codes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


class Names:
    """An append-only dictionary. A code, once given, keeps its meaning."""

    __slots__ = ("__weakref__", "_codes", "_texts")

    def __init__(self, texts: Iterable[str] = ()):
        self._texts: list[str] = []
        self._codes: dict[str, int] = {}
        for text in texts:
            self.code(text)

    def __len__(self) -> int:
        return len(self._texts)

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def code(self, text: str) -> int:
        """The code of a text, given on first sight."""
        code = self._codes.get(text)
        if code is None:
            code = self._codes[text] = len(self._texts)
            self._texts.append(text)
        return code

    def find(self, text: str) -> int | None:
        """The code of a text if it was seen before."""
        return self._codes.get(text)

    def codes(self, texts: Iterable[str]) -> npt.NDArray[np.int32]:
        """Codes of many texts, int32."""
        code = self.code
        return np.fromiter((code(text) for text in texts), dtype=np.int32)

    def text(self, code: int) -> str:
        """The text behind a code."""
        return self._texts[code]

    def texts(self, codes: npt.NDArray[np.integer]) -> list[str]:
        """The texts behind many codes."""
        texts = self._texts
        return [texts[code] for code in codes.tolist()]


@dataclass(frozen=True, slots=True)
class Dictionaries:
    """The dictionaries a decoder writes into. One set per producing thread: they are not locked."""

    patients: Names = field(default_factory=Names)
    sources: Names = field(default_factory=Names)
    labels: Names = field(default_factory=Names)
