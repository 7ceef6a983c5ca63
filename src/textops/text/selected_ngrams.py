"""The tokenizer of a pruned n-gram model: only the buckets that the model kept, under new and smaller ids."""

import base64
import binascii
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textops.errors import BundleError
from textops.files import write_text
from textops.text.ngrams import PADDING, NgramTokenizer
from textops.text.ragged import Ragged
from textops.text.selection import Selection
from textops.text.tokenizer import Feed

TYPE = "selected-ngrams"


class SelectedNgramTokenizer:
    """Gives the n-grams of another tokenizer whose buckets were kept, numbered from 1 in the order of their ids.

    So the table of the model has a row for each bucket that was kept and none for the others, and the model looks at
    fewer n-grams.

    Attributes:
        whole: Gives all n-grams.
        first_character_id: Ids from here on are character runs.
        selection: What each id of `whole` is replaced by.
    """

    def __init__(self, whole: NgramTokenizer, kept: NDArray[np.bool_]) -> None:
        """Number what is kept.

        Args:
            whole: Gives all n-grams.
            kept: Whether a bucket is kept, by id; shape [ids of `whole`]. Padding never is.
        """
        if kept.shape != (whole.vocabulary_size,):
            raise ValueError(f"kept has shape {kept.shape}, the tokenizer {whole.vocabulary_size} ids")
        self.whole = whole
        self._kept = kept.copy()
        self._kept[PADDING] = False
        self.selection = Selection.of(self._kept)
        self.first_character_id = 1 + int(self._kept[: whole.first_character_id].sum())

    @property
    def max_tokens(self) -> int | None:
        """None, as for all n-grams."""
        return self.whole.max_tokens

    @property
    def vocabulary_size(self) -> int:
        """Number of ids, padding included."""
        return 1 + int(self._kept.sum())

    def ragged(self, texts: Sequence[str]) -> Ragged:
        """Return the distinct n-grams of each text that were kept, weighted with 1 + ln(count)."""
        return self.whole.selected(texts, self.selection)

    def encode(self, texts: Sequence[str]) -> Feed:
        """Return `input_ids` (int64) and `weights` (float32), both of shape [len(texts), most n-grams kept]."""
        ids, weights = self.ragged(texts).padded()
        return {"input_ids": ids, "weights": weights}

    def save(self, path: Path) -> None:
        """Write the settings of the whole tokenizer, and one bit for each of its ids."""
        document = {
            "type": TYPE,
            "ngrams": self.whole.document(),
            "kept": base64.b64encode(np.packbits(self._kept).tobytes()).decode("ascii"),
        }
        write_text(path, json.dumps(document, indent=2) + "\n")

    @classmethod
    def from_document(cls, document: dict[str, Any], path: Path) -> "SelectedNgramTokenizer":
        """Build the tokenizer from the JSON that `save` wrote to `path`.

        Raises:
            BundleError: If something is missing or does not fit.
        """
        ngrams, kept = document.get("ngrams"), document.get("kept")
        if not isinstance(ngrams, dict) or not isinstance(kept, str):
            raise BundleError(f"{path} does not describe selected n-grams: ngrams and kept must be there")
        whole = NgramTokenizer.from_document(ngrams, path)
        try:
            packed = np.frombuffer(base64.b64decode(kept, validate=True), np.uint8)
        except binascii.Error as error:
            raise BundleError(f"{path} does not describe selected n-grams: kept is no base64 ({error})") from error
        if len(packed) != (whole.vocabulary_size + 7) // 8:
            raise BundleError(
                f"{path} does not describe selected n-grams: kept has {8 * len(packed)} bits for "
                f"{whole.vocabulary_size} ids"
            )
        return cls(whole, np.unpackbits(packed, count=whole.vocabulary_size).astype(np.bool_))
