"""The n-gram model without ONNX Runtime: the same numbers from the same file, by the compiled kernel.

The model is linear. For one text, ONNX Runtime spends more time between its operators than in them, and on rows that
are copied before they are added up. What the kernel makes of the tables in the file is compared with what ONNX Runtime
makes of the graph when a model is loaded; where they differ, where there is no kernel, or where the graph is another
one, ONNX Runtime answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from loguru import logger
from numpy.typing import NDArray

from textops.inference.onnx_tables import read_tables
from textops.inference.scores import Session, StageTimes, score_texts
from textops.text import compiled
from textops.text.batch_scoring import score_utf8_texts
from textops.text.linear_table import LinearTable
from textops.text.ngrams import NgramTokenizer
from textops.text.selected_ngrams import SelectedNgramTokenizer
from textops.text.selection import Selection
from textops.text.tokenizer import Tokenizer
from textops.text.utf8_texts import Utf8Texts

LARGEST_DIFFERENCE = 1e-4
"""Between two ways to add up a thousand numbers of single precision there is a thousandth of this."""

# Of a larger table there is not room for two.
_LARGEST_COPY = 1 << 28
_PROOFS = 12
_LONGEST_PROOF = 400
_ALPHABETS = ("etaoin shrdlu,.-'", "ETAOIN 0123456789", "äöüßéèçñ å", "авеиност ", "東京都の天気は晴 ", "🏟️ \n\t x")


@dataclass(frozen=True)
class LinearScorer:
    """Scores texts with the kernel.

    Attributes:
        tokenizer: The n-grams.
        selection: What each id is replaced by, None where ids stay.
        table: What each n-gram says.
    """

    tokenizer: NgramTokenizer
    selection: Selection | None
    table: LinearTable

    def score(self, text: str, times: StageTimes | None = None) -> list[float]:
        """Return the raw score of each class."""
        scores, features, inference = self.tokenizer.scored(text, self.selection, self.table)
        if times is not None:
            times.features += features
            times.inference += inference
        return scores

    def scores(self, texts: Sequence[str], times: StageTimes | None = None) -> NDArray[np.float32]:
        """Return the raw scores, shape [len(texts), classes], in the order of the texts."""
        return np.array([self.score(text, times) for text in texts], np.float32).reshape(-1, self.table.classes)

    def scores_of(self, texts: Utf8Texts) -> NDArray[np.float32]:
        """Return what `scores` returns, faster: no text becomes an object of Python."""
        if self.table.bytes_in_registers > _LARGEST_COPY:
            return self.scores(list(texts))
        return score_utf8_texts(self.tokenizer, self.selection, self.table, texts)


def linear_scorer(model: Path, tokenizer: Tokenizer, session: Session) -> LinearScorer | None:
    """Return the scorer of a model, None where ONNX Runtime must answer.

    Args:
        model: Its ONNX file.
        tokenizer: Its tokenizer.
        session: ONNX Runtime with the model: what the scorer must be equal to.
    """
    if compiled.kernel() is None:
        return None
    scorer = linear_parts(model, tokenizer)
    if scorer is None or not scorer.tokenizer.is_countable:
        return None
    texts = proof_texts()
    difference = float(np.abs(scorer.scores(texts) - score_texts(session, tokenizer, texts)).max())
    # Also where it is no number.
    if not difference <= LARGEST_DIFFERENCE:
        logger.warning("the kernel differs from {} by {:.2g}: ONNX Runtime answers", model, difference)
        return None
    return scorer


def linear_parts(model: Path, tokenizer: Tokenizer) -> LinearScorer | None:
    """Return what a linear model is made of, not proven to be what its graph computes; None for another model.

    Args:
        model: Its ONNX file.
        tokenizer: Its tokenizer.
    """
    if isinstance(tokenizer, NgramTokenizer):
        whole, selection, first_run = tokenizer, None, tokenizer.first_character_id
    elif isinstance(tokenizer, SelectedNgramTokenizer):
        whole, selection, first_run = tokenizer.whole, tokenizer.selection, tokenizer.first_character_id
    else:
        return None
    table = _table(read_tables(model), first_run, tokenizer.vocabulary_size)
    return None if table is None else LinearScorer(whole, selection, table)


def proof_texts() -> list[str]:
    """Return texts of several scripts and lengths, always the same, on which the two are compared."""
    random = np.random.default_rng(0)
    texts = ["", "a", "textops textops textops"]
    for number in range(_PROOFS):
        alphabet = list(_ALPHABETS[number % len(_ALPHABETS)])
        texts.append("".join(random.choice(alphabet, random.integers(2, _LONGEST_PROOF))))
    return texts


def _table(tables: dict[str, NDArray[np.generic]], first_run: int, ids: int) -> LinearTable | None:
    """Make the table of the two graphs that our exports write: one of floats, one of small integers."""
    bias = tables.get("bias")
    if bias is None or bias.ndim != 1:
        return None
    columns = len(bias) + 1
    rows, scales = tables.get("rows"), None
    if rows is None:
        # The name of the table of bytes is the exporter's choice: another tensor of the graph has the one we gave it.
        idf, scales = tables.get("idf"), tables.get("scales")
        weights = next((table for table in tables.values() if table.dtype == np.int8), None)
        if idf is None or idf.dtype != np.uint8 or weights is None or weights.shape != (*idf.shape, *bias.shape):
            return None
        rows = np.column_stack([weights, idf.view(np.int8)])
    if scales is None:
        scales = np.ones((2, len(bias)), np.float32)
    if rows.shape != (ids, columns) or scales.shape != (2, len(bias)):
        return None
    return LinearTable(np.ascontiguousarray(rows), scales.astype(np.float32), bias.astype(np.float32), first_run)
