"""Which words the training texts had: a bitmap of their hashes, small enough to go with every bundle.

Two words may share a bit. With as many different words as the bitmap has bits, two of three unseen words would pass for
seen; with a twentieth of them, as in 100,000 words, one of twenty does. That is the same for the texts that drift is
measured against, so it takes nothing from the comparison but sharpness.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textops.errors import BundleError
from textops.files import write_bytes
from textops.text.characters import word_bounds
from textops.text.hashing import HASH_BITS, Hashes, code_points, mix, segment_hashes
from textops.text.normalization import normalize

FAMILIAR_BITS = 21
"""The bitmap has 2**21 bits, which are 256 KB."""
_BYTES = 1 << (FAMILIAR_BITS - 3)


@dataclass(frozen=True, eq=False)
class FamiliarWords:
    """Words that a model was trained on.

    Attributes:
        bits: One for each upper part of a word's hash, the lowest bit of a byte first; uint8, shape [262144].
    """

    bits: NDArray[np.uint8]

    @classmethod
    def of_texts(cls, texts: Iterable[str]) -> "FamiliarWords":
        """Collect the words of texts."""
        known = np.zeros(1 << FAMILIAR_BITS, np.bool_)
        for text in texts:
            known[_places(word_hashes(normalize(text)))] = True
        return cls(np.packbits(known, bitorder="little"))

    @classmethod
    def load(cls, path: Path) -> "FamiliarWords":
        """Read what `save` wrote.

        Raises:
            BundleError: If the file is missing or of another size.
        """
        try:
            bits = np.fromfile(path, np.uint8)
        except OSError as error:
            raise BundleError(f"{path} cannot be read: {error.strerror}") from error
        if len(bits) != _BYTES:
            raise BundleError(f"{path} has {len(bits):,} bytes instead of {_BYTES:,}: make the bundle again")
        bits.setflags(write=False)
        return cls(bits)

    def save(self, path: Path) -> None:
        """Write the bitmap as it is."""
        write_bytes(path, self.bits.tobytes())

    def count_unseen(self, hashes: Hashes) -> int:
        """Return how many of these words the training texts did not have."""
        places = _places(hashes)
        seen = self.bits[places >> np.uint32(3)] >> (places & np.uint32(7)).astype(np.uint8) & 1
        return int(len(places) - seen.sum())


def word_hashes(normalized: str) -> Hashes:
    """Return the hash of each word of a normalized text, shape [words]."""
    codes = code_points(f" {normalized} ")
    starts, ends = word_bounds(codes)
    return segment_hashes(mix(codes), starts, ends)


def _places(hashes: Hashes) -> Hashes:
    return hashes >> np.uint32(HASH_BITS - FAMILIAR_BITS)
