"""What anybody would try first for many labels: a logistic regression for each of them, tuned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

# Inverse regularisation strengths and thresholds to choose from on the validation set.
STRENGTHS = (1.0, 10.0, 100.0)
THRESHOLDS = tuple(number / 20 for number in range(1, 20))


@dataclass(frozen=True)
class LabelledTexts:
    """Texts, and which labels each has.

    Attributes:
        texts: The texts.
        targets: Shape [texts, labels].
    """

    texts: Sequence[str]
    targets: NDArray[np.bool_]


@dataclass(frozen=True)
class LabelBaseline:
    """What the best baseline says of the test set.

    Attributes:
        probabilities: Shape [texts, labels].
        threshold: The one from which on giving a label had the best micro F1 on the validation set.
    """

    probabilities: NDArray[np.float64]
    threshold: float


def label_baseline(train: LabelledTexts, val: LabelledTexts, test: LabelledTexts, seed: int) -> LabelBaseline:
    """Fit a logistic regression for each label on words and pairs of words, tuned on the validation set.

    Tuned are the regularisation, whether term frequencies are logarithmic, and one threshold for all labels.
    """
    best, found = -1.0, None
    for sublinear in (False, True):
        vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=sublinear)
        seen = vectorizer.fit_transform(train.texts)
        checked, asked = vectorizer.transform(val.texts), vectorizer.transform(test.texts)
        for strength in STRENGTHS:
            regression = LogisticRegression(C=strength, solver="liblinear", max_iter=1000, random_state=seed)
            model = OneVsRestClassifier(regression).fit(seen, train.targets.astype(int))
            probabilities = model.predict_proba(checked)
            for threshold in THRESHOLDS:
                score = micro_f1(probabilities >= threshold, val.targets)
                if score > best:
                    best, found = score, LabelBaseline(model.predict_proba(asked), threshold)
    if found is None:
        raise ValueError("there is nothing to choose from")
    return found


def micro_f1(given: NDArray[np.bool_], targets: NDArray[np.bool_]) -> float:
    """Return the F1 over all pairs of text and label, 0 where no label is given or true; both of one shape."""
    both = int(given.sum() + targets.sum())
    return 2 * int((given & targets).sum()) / both if both else 0.0
