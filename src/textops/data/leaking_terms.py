"""Single terms that give the label away: an agency's name, a signature, the word of a template."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textops.data.guessing import guess_by_value
from textops.data.leaking_columns import Labelled
from textops.data.shingles import LONGEST
from textops.data.tokens import batches, tokenised

COVERAGE = 0.5
PURITY = 0.95
"""A term is a leak when it stands in so large a share of a class, and all but nowhere else.

Words of a topic are rarer or spread further: the most telling words of the BBC's topics are `labour`
(coverage 0.51, purity 0.90), `users` (0.43 and 0.97) and `tory` (0.33 and 1.0). An artefact is in nearly all
texts of a class: `(reuters)` in ISOT has 0.99 and 0.999.
"""

MINIMUM_EXAMPLES = 20
"""In fewer examples a share says nothing."""

MINIMUM_OF_EACH_SIDE = 10
"""So many examples of the class must have the term, and so many others could have it.

Any word that two texts share covers all of a class of two, and a common word that a class of two happens to lack would
stand for all other texts.
"""

TERMS_LISTED = 10
_HASH_BITS = 40


@dataclass(frozen=True)
class Term:
    """A term and how it is spread.

    Attributes:
        name: The term, lower-cased.
        points_to: The class it stands for.
        coverage: Class -> share of its examples that have the term.
        purity: Coverage of `points_to` divided by the sum of all coverages: classes weigh the same, whatever
            their size.
        accuracy: Of guessing by presence of the term, on the held-out half.
        majority: Of always guessing the most frequent class, on the same half.
    """

    name: str
    points_to: str
    coverage: dict[str, float]
    purity: float
    accuracy: float
    majority: float


def leaking_terms(texts: Sequence[str], labelled: Labelled) -> list[Term]:
    """Find terms that all but identify a class, the most telling first.

    Both words (`reuters`) and what stands between white space (`(reuters)`) are looked at; of the forms of
    one word the more telling one is named, of two as telling the longer. Of a very long text the beginning counts.
    """
    texts = [text[:LONGEST] for text in texts]
    found: dict[tuple[str, str], Term] = {}
    for by_space in (False, True):
        for term in _terms(texts, labelled, by_space=by_space):
            key = ("".join(filter(str.isalnum, term.name)) or term.name, term.points_to)
            if key not in found or term.accuracy >= found[key].accuracy:
                found[key] = term
    return sorted(found.values(), key=lambda term: (-term.accuracy, term.name))[:TERMS_LISTED]


def _terms(texts: Sequence[str], labelled: Labelled, *, by_space: bool) -> list[Term]:
    documents, hashes = _documents_of_terms(texts, by_space=by_space)
    sizes = np.bincount(labelled.labels, minlength=len(labelled.classes))
    present = sizes[sizes > 0]
    least = max(MINIMUM_EXAMPLES, int(COVERAGE * present.min()))
    terms = []
    for term, having in _frequent(documents, hashes, least):
        coverage = np.bincount(labelled.labels[having], minlength=len(sizes)) / np.maximum(sizes, 1)
        top = int(coverage.argmax())
        purity = float(coverage[top] / coverage.sum())
        in_class, others = round(coverage[top] * sizes[top]), int(sizes.sum() - sizes[top])
        is_proven = min(in_class, others) >= MINIMUM_OF_EACH_SIDE
        if is_proven and coverage[top] >= COVERAGE and purity >= PURITY:
            terms.append(_term(_name(texts, int(having[0]), term, by_space=by_space), having, coverage, labelled))
    return terms


def _term(name: str, having: NDArray[np.int64], coverage: NDArray[np.float64], labelled: Labelled) -> Term:
    presence = np.zeros(len(labelled.labels), np.int64)
    presence[having] = 1
    guess = guess_by_value(presence, labelled.labels, labelled.held_out, len(labelled.classes))
    return Term(
        name=name,
        points_to=labelled.classes[int(coverage.argmax())],
        coverage={label: round(float(share), 4) for label, share in zip(labelled.classes, coverage, strict=True)},
        purity=round(float(coverage.max() / coverage.sum()), 4),
        accuracy=round(guess.accuracy, 4),
        majority=round(guess.majority, 4),
    )


def _documents_of_terms(texts: Sequence[str], *, by_space: bool) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return each pair of a text and a term in it once."""
    documents, hashes = [], []
    for first, batch in batches(texts):
        tokens = tokenised(batch, by_space=by_space)
        # One number for the pair: sorting numbers is many times quicker than sorting rows of two.
        pairs = tokens.documents.astype(np.uint64) << np.uint64(_HASH_BITS) | tokens.hashes >> np.uint64(
            64 - _HASH_BITS
        )
        pairs.sort()
        pairs = pairs[np.concatenate(([True], pairs[1:] != pairs[:-1]))] if len(pairs) else pairs
        documents.append((pairs >> np.uint64(_HASH_BITS)).astype(np.int64) + first)
        hashes.append(pairs & np.uint64((1 << _HASH_BITS) - 1))
    return np.concatenate(documents), np.concatenate(hashes)


def _frequent(
    documents: NDArray[np.int64], hashes: NDArray[np.uint64], least: int
) -> Iterator[tuple[np.uint64, NDArray[np.int64]]]:
    """Yield the terms that stand in at least so many texts, and these texts."""
    order = np.argsort(hashes, kind="stable")
    documents, hashes = documents[order], hashes[order]
    begins = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1]))) if len(hashes) else np.zeros(0, int)
    ends = np.append(begins[1:], len(hashes))
    frequent = ends - begins >= least
    for begin, end in zip(begins[frequent].tolist(), ends[frequent].tolist(), strict=True):
        yield hashes[begin], documents[begin:end]


def _name(texts: Sequence[str], document: int, term: np.uint64, *, by_space: bool) -> str:
    tokens = tokenised([texts[document]], by_space=by_space)
    return tokens.word(int(np.flatnonzero(tokens.hashes >> np.uint64(64 - _HASH_BITS) == term)[0]))
