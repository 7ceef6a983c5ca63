"""What every tokenizer offers, and how one is read back from a bundle."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from numpy.typing import NDArray

from textops.errors import BundleError
from textops.text.ragged import Ragged

Feed = dict[str, NDArray[Any]]
"""Arrays by the name of the model input they belong to; the first dimension is the batch."""


class Tokenizer(Protocol):
    """Turns texts into what the model takes; the same object in training and in serving."""

    @property
    def max_tokens(self) -> int | None:
        """Longest sequence it gives, None where only the length of the text bounds it."""

    @property
    def vocabulary_size(self) -> int:
        """Number of different ids, padding included."""

    def ragged(self, texts: Sequence[str]) -> Ragged:
        """Tokenize texts without padding: how training stores and batches them."""

    def encode(self, texts: Sequence[str]) -> Feed:
        """Encode a batch of texts, padded to the longest.

        Args:
            texts: Any strings, also empty ones.

        Returns:
            At least `input_ids`, int64, shape [len(texts), tokens] with tokens >= 1; 0 is padding.
        """

    def save(self, path: Path) -> None:
        """Write the tokenizer as JSON."""


def load_tokenizer(path: Path) -> Tokenizer:
    """Read a tokenizer that `Tokenizer.save` wrote.

    Raises:
        BundleError: If the file is missing, not JSON, or of a kind this version does not know.
    """
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} cannot be read as a tokenizer: {error}") from error
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "ngrams":
        from textops.text.ngrams import NgramTokenizer

        return NgramTokenizer.from_document(document, path)
    if kind == "selected-ngrams":
        from textops.text.selected_ngrams import SelectedNgramTokenizer

        return SelectedNgramTokenizer.from_document(document, path)
    if kind == "subwords":
        from textops.text.subwords import SubwordTokenizer

        return SubwordTokenizer.from_document(document, path)
    if isinstance(document, dict) and "model" in document:
        from textops.text.vocabulary import VocabularyTokenizer

        return VocabularyTokenizer.load(path)
    raise BundleError(f"{path} is no tokenizer that this textops knows (type {kind!r})")
