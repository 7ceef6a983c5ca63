"""Scores of many texts by the compiled kernel, without an object of Python for each text."""

import numpy as np
from numpy.typing import NDArray

from textops.text import compiled
from textops.text.characters import character_classes
from textops.text.counting import weights_up_to
from textops.text.linear_table import LinearTable
from textops.text.ngrams import NgramTokenizer
from textops.text.plain_characters import folded_plain_characters
from textops.text.selection import Selection
from textops.text.utf8_texts import Utf8Texts


def score_utf8_texts(
    tokenizer: NgramTokenizer, selection: Selection | None, table: LinearTable, texts: Utf8Texts
) -> NDArray[np.float32]:
    """Score texts as `NgramTokenizer.scored` does, to the same bits, in half the time.

    Args:
        tokenizer: Gives the n-grams.
        selection: See `NgramTokenizer.scored`.
        table: The model.
        texts: Any number of texts.

    Returns:
        The raw score of each class, shape [texts, classes].

    Raises:
        RuntimeError: If there is no kernel.
    """
    kernel = compiled.kernel()
    if kernel is None:
        raise RuntimeError("scoring needs the compiled kernel")
    scores = np.empty((len(texts), table.classes), np.float32)
    left = kernel.score_texts(
        texts.data,
        texts.offsets,
        folded_plain_characters(),
        tokenizer.max_characters,
        scores,
        character_classes(),
        weights_up_to(0),
        None if selection is None else selection.parts,
        *tokenizer.kernel_settings,
        table.in_registers,
        table.scales,
        table.bias,
        table.first_run,
    )
    for number in left:
        scores[number], _, _ = tokenizer.scored(texts[number], selection, table)
    return scores
