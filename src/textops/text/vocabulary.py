"""The tokenizer of the sequence models: words of a vocabulary that is learned from the training texts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Regex, models, normalizers, pre_tokenizers, trainers
from tokenizers import Tokenizer as WordTokenizer

from textops.errors import BundleError, ConfigurationError
from textops.files import write_text
from textops.text.normalization import normalize
from textops.text.ragged import Ragged
from textops.text.tokenizer import Feed

PADDING = "[PAD]"
UNKNOWN = "[UNK]"
# A token is rarely longer than this many characters; what cannot reach max_tokens is cut before it costs anything.
_CHARACTERS_PER_TOKEN = 50
# Scripts that are written without spaces: each character is a word, or whole sentences would be.
_SINGLE = Regex(r"[\p{Han}\p{Hiragana}\p{Katakana}]")


def learn_vocabulary(
    texts: Iterable[str], *, size: int = 30_000, min_count: int = 2, max_tokens: int = 256
) -> "VocabularyTokenizer":
    """Learn the most frequent words of the training texts.

    Args:
        texts: The training texts.
        size: Most words to keep, with those for padding and for unknown words.
        min_count: Words that occur less often stay unknown.
        max_tokens: Longer texts are cut.

    Raises:
        ConfigurationError: If a setting is not possible.
    """
    for name, value in (("size", size), ("min_count", min_count), ("max_tokens", max_tokens)):
        if type(value) is not int or value < 1:
            raise ConfigurationError(f"{name}={value!r} is not possible: give a whole number of at least 1")
    tokenizer = WordTokenizer(models.WordLevel(unk_token=UNKNOWN))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Whitespace(),
            pre_tokenizers.Punctuation(behavior="isolated"),
            pre_tokenizers.Split(_SINGLE, behavior="isolated"),
        ]
    )
    trainer = trainers.WordLevelTrainer(
        vocab_size=size, min_frequency=min_count, special_tokens=[PADDING, UNKNOWN], show_progress=False
    )
    tokenizer.train_from_iterator((_readable(text, max_tokens) for text in texts), trainer)
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
        encodings = self.tokenizer.encode_batch_fast([_readable(text, self.max_tokens) for text in texts])
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
            BundleError: If it is not a tokenizer, or not one of this kind.
        """
        try:
            tokenizer = WordTokenizer.from_str(path.read_text(encoding="utf-8"))
        except Exception as error:  # the library raises nothing more precise, and nothing is hidden here
            raise BundleError(f"{path} cannot be read as a tokenizer: {error}") from error
        max_tokens = int((tokenizer.truncation or {}).get("max_length", 0))
        if max_tokens < 1:
            raise BundleError(f"{path} does not say how long a text may be (truncation): export the bundle again")
        # The networks take id 0 for what is not there.
        if tokenizer.token_to_id(PADDING) != 0 or tokenizer.token_to_id(UNKNOWN) is None:
            raise BundleError(f"{path} lacks {PADDING} as word 0, or {UNKNOWN}: export the bundle again")
        return cls(tokenizer, max_tokens)


def _readable(text: str, max_tokens: int) -> str:
    """Return what the library gets to see of a text, in learning as in use: the part that counts, in one spelling."""
    normalized = normalize(text, max_tokens * _CHARACTERS_PER_TOKEN)
    # The library cannot take lone surrogates.
    return normalized.encode("utf-8", "replace").decode("utf-8")
