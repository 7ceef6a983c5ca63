"""The tokenizer of encoders that somebody else has trained: pieces of words, as the encoder learned them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer as PieceTokenizer

from textops.errors import BundleError, ConfigurationError
from textops.files import write_text
from textops.text.normalization import normalize
from textops.text.ragged import Ragged
from textops.text.tokenizer import Feed

SUBWORDS = "subwords"
# The ids of the encoder, moved up by one: 0 is padding here, whatever the encoder takes for it, if it takes any.
SHIFT = 1
# A piece is rarely longer than this many characters; what cannot reach max_tokens is cut before it costs anything.
_CHARACTERS_PER_TOKEN = 50


@dataclass(frozen=True)
class SubwordTokenizer:
    """Pieces of words in their order, cut at `max_tokens`; what an encoder wants before and behind them stays.

    Attributes:
        tokenizer: As the library `tokenizers` stores it.
        max_tokens: Longest sequence, marks of begin and end included.
    """

    tokenizer: PieceTokenizer
    max_tokens: int

    @classmethod
    def of(cls, tokenizer: PieceTokenizer, max_tokens: int) -> "SubwordTokenizer":
        """Set a foreign tokenizer up, whatever it says of padding and length.

        Args:
            tokenizer: Belongs to the caller no more.
            max_tokens: Longest sequence, marks of begin and end included.

        Raises:
            ConfigurationError: If `max_tokens` leaves no room for a text.
        """
        least = tokenizer.num_special_tokens_to_add(is_pair=False) + 1
        if type(max_tokens) is not int or max_tokens < least:
            raise ConfigurationError(
                f"max_tokens={max_tokens!r} is not possible: give a whole number of at least {least}"
            )
        tokenizer.no_padding()
        tokenizer.enable_truncation(max_tokens)
        # A text that speaks of "[MASK]" is a text; not stored in the tokenizer's own JSON.
        tokenizer.encode_special_tokens = True
        return cls(tokenizer, max_tokens)

    @property
    def vocabulary_size(self) -> int:
        """One more than the largest id, padding included."""
        return max(self.tokenizer.get_vocab().values(), default=0) + 1 + SHIFT

    def ragged(self, texts: Sequence[str]) -> Ragged:
        """Return the pieces of each text, all with weight 1."""
        encodings = self.tokenizer.encode_batch_fast([_readable(text, self.max_tokens) for text in texts])
        rows = [np.asarray(encoding.ids, np.int32) + SHIFT for encoding in encodings]
        return Ragged.from_rows([(ids, np.ones(len(ids), np.float32)) for ids in rows])

    def encode(self, texts: Sequence[str]) -> Feed:
        """Return `input_ids`, int64, shape [len(texts), longest]."""
        return {"input_ids": self.ragged(texts).padded()[0]}

    def save(self, path: Path) -> None:
        """Write all that is needed to read texts the same way elsewhere."""
        document = {"type": SUBWORDS, "max_tokens": self.max_tokens, "tokenizer": json.loads(self.tokenizer.to_str())}
        write_text(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n")

    @classmethod
    def from_document(cls, document: dict[str, Any], path: Path) -> "SubwordTokenizer":
        """Read what `save` wrote.

        Args:
            document: The content of the file.
            path: The file, for messages.

        Raises:
            BundleError: If it is not a tokenizer, or not one of this kind.
        """
        try:
            tokenizer = PieceTokenizer.from_str(json.dumps(document.get("tokenizer")))
        except Exception as error:  # the library raises nothing more precise, and nothing is hidden here
            raise BundleError(f"{path} cannot be read as a tokenizer: {error}") from error
        try:
            return cls.of(tokenizer, document.get("max_tokens", 0))
        except ConfigurationError as error:
            raise BundleError(f"{path} does not fit ({error}): export the bundle again") from error


def _readable(text: str, max_tokens: int) -> str:
    """Return what the library gets to see of a text: the part that counts, in one spelling.

    Case stays: an encoder that does not know it has a tokenizer that folds it.
    """
    normalized = normalize(text, max_tokens * _CHARACTERS_PER_TOKEN, keep_case=True)
    # The library cannot take lone surrogates.
    return normalized.encode("utf-8", "replace").decode("utf-8")
