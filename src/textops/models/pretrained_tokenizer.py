"""The tokenizer that an encoder was trained with, as a factory like those that learn one."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer as PieceTokenizer

from textops.errors import ConfigurationError
from textops.files import shown
from textops.models.pretrained_body import library
from textops.models.pretrained_source import TOKENIZER_FILE, VOCABULARY_FILES, model_folder
from textops.text.subwords import SubwordTokenizer


@dataclass(frozen=True)
class ReadyTokenizer:
    """A factory of tokenizers that has nothing to learn.

    Attributes:
        tokenizer: What it gives.
    """

    tokenizer: SubwordTokenizer

    def __call__(self, texts: Iterable[str]) -> SubwordTokenizer:  # noqa: ARG002 (other factories learn from them)
        """Return the tokenizer."""
        return self.tokenizer

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the tokenizer: what its settings do not tell, because a folder may hold another one tomorrow."""
        return hashlib.sha256(self.tokenizer.tokenizer.to_str().encode()).hexdigest()


def take_tokenizer(source: str, cache: Path | str, max_tokens: int = 256) -> ReadyTokenizer:
    """Take the tokenizer of an encoder.

    Args:
        source: As in `model_folder`.
        cache: As in `model_folder`.
        max_tokens: Longer texts are cut; marks of begin and end count.

    Raises:
        ConfigurationError: If there is no model, or no tokenizer with it that can be read.
    """
    return ReadyTokenizer(SubwordTokenizer.of(_read(model_folder(source, Path(cache))), max_tokens))


def _read(folder: Path) -> PieceTokenizer:
    path = folder / TOKENIZER_FILE
    if not path.exists():
        return _build(folder)
    try:
        return PieceTokenizer.from_file(str(path))
    except Exception as error:  # the library raises nothing more precise, and nothing is hidden here
        raise ConfigurationError(f"{shown(path)} cannot be read as a tokenizer: {error}") from error


def _build(folder: Path) -> PieceTokenizer:
    """Build a tokenizer from its vocabulary, as older models store it."""
    # Without one, the library would make a tokenizer that knows no word.
    if not any((folder / name).exists() for name in VOCABULARY_FILES):
        raise ConfigurationError(f"{shown(folder)} has no tokenizer: it lacks {TOKENIZER_FILE}")
    make = library().AutoTokenizer
    try:
        built = make.from_pretrained(str(folder), local_files_only=True, trust_remote_code=False)
        pieces = built.backend_tokenizer
    except (AttributeError, ImportError, KeyError, OSError, TypeError, ValueError) as error:
        raise ConfigurationError(
            f"the tokenizer of {shown(folder)} cannot be built from its vocabulary: save it there as {TOKENIZER_FILE}"
        ) from error
    return PieceTokenizer.from_str(pieces.to_str())
