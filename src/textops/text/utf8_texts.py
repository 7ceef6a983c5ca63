"""Texts as Arrow keeps them: one behind the other in UTF-8, without an object of Python for each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Utf8Texts:
    """Any number of texts.

    Attributes:
        data: All of them in UTF-8.
        offsets: Text i is `data[offsets[i]:offsets[i + 1]]`; int64, C order, shape [texts + 1].
    """

    data: bytes | memoryview
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, number: int) -> str:
        """Return a text; bytes that are no UTF-8 are replaced."""
        return bytes(self.data[self.offsets[number] : self.offsets[number + 1]]).decode("utf-8", "replace")

    def __iter__(self) -> Iterator[str]:
        return (self[number] for number in range(len(self)))

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Utf8Texts":
        """Put texts one behind the other; halves of surrogate pairs become bytes that are no UTF-8."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        offsets = np.zeros(len(texts) + 1, np.int64)
        np.cumsum([len(text) for text in encoded], out=offsets[1:])
        return cls(b"".join(encoded), offsets)
