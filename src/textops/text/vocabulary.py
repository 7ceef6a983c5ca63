"""The tokenizer of the sequence models: words of a vocabulary that is learned from the training texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer as WordTokenizer
from tokenizers import models, normalizers, pre_tokenizers, trainers

from textops.errors import BundleError
from textops.files import write_text
from textops.text.normalization import normalize
from textops.text.ragged import Ragged
from textops.text.tokenizer import Feed

PADDING = "[PAD]"
UNKNOWN = "[UNK]"
# A token is rarely longer than this many characters; what cannot reach max_tokens is cut before it costs anything.
_CHARACTERS_PER_TOKEN = 50


def learn_vocabulary(
    texts: Sequence[str], *, size: int = 30_000, min_count: int = 2, max_tokens: int = 256
) -> "VocabularyTokenizer":
    """Learn the most frequent words of the training texts.

    Args:
        texts: The training texts.
        size: Most words to keep, with those for padding and for unknown words.
        min_count: Words that occur less often stay unknown.
        max_tokens: Longer texts are cut.
    """
    tokenizer = WordTokenizer(models.WordLevel(unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.Punctuation(behavior="isolated")]
    )
    trainer = trainers.WordLevelTrainer(
        vocab_size=size, min_frequency=min_count, special_tokens=[PADDING, UNKNOWN], show_progress=False
    )
    tokenizer.train_from_iterator((_encodable(text) for text in texts), trainer)
    tokenizer.enable_truncation(max_tokens)
    return VocabularyTokenizer(tokenizer, max_tokens)


@dataclass(frozen=True)
class VocabularyTokenizer:
    """Words of a vocabulary in their order, cut at `max_tokens`; stored as the library `tokenizers` does."""

    tokenizer: WordTokenizer
    max_tokens: int

    @property
    def vocabulary_size(self) -> int:
        """Number of words, padding and unknown included."""
        return int(self.tokenizer.get_vocab_size())

    def ragged(self, texts: Sequence[str]) -> Ragged:
        """Return the words of each text, all with weight 1."""
        limit = self.max_tokens * _CHARACTERS_PER_TOKEN
        encodings = self.tokenizer.encode_batch_fast([_encodable(normalize(text, limit)) for text in texts])
        rows = [np.asarray(encoding.ids, np.int32) for encoding in encodings]
        return Ragged.from_rows([(ids, np.ones(len(ids), np.float32)) for ids in rows])

    def encode(self, texts: Sequence[str]) -> Feed:
        """Return `input_ids`, int64, shape [len(texts), longest]."""
        return {"input_ids": self.ragged(texts).padded()[0]}

    def save(self, path: Path) -> None:
        """Write the vocabulary and all settings."""
        write_text(path, self.tokenizer.to_str(pretty=True) + "\n")

    @classmethod
    def load(cls, path: Path) -> "VocabularyTokenizer":
        """Read what `save` wrote.

        Raises:
            BundleError: If it is not a tokenizer, or one without a longest length.
        """
        try:
            tokenizer = WordTokenizer.from_str(path.read_text(encoding="utf-8"))
        except Exception as error:  # the library raises nothing more precise, and nothing is hidden here
            raise BundleError(f"{path} cannot be read as a tokenizer: {error}") from error
        if tokenizer.truncation is None:
            raise BundleError(f"{path} has no truncation: export the bundle again")
        return cls(tokenizer, int(tokenizer.truncation["max_length"]))


def _encodable(text: str) -> str:
    """Replace lone surrogates, which the library cannot take."""
    return text.encode("utf-8", "replace").decode("utf-8")
