"""What anybody would try first: scikit-learn, tuned."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from textops.data.dataset import Examples

LOGISTIC = "TF-IDF + logistic regression"
SUPPORT_VECTORS = "TF-IDF + LinearSVC"
# Inverse regularisation strengths to choose from on the validation set, for each kind of term frequency.
STRENGTHS = {LOGISTIC: (0.3, 1.0, 3.0, 10.0, 30.0, 100.0), SUPPORT_VECTORS: (0.03, 0.1, 0.3, 1.0, 3.0, 10.0)}


def baseline_predictions(train: Examples, val: Examples, test: Examples, seed: int) -> dict[str, NDArray[np.int64]]:
    """Fit both baselines on words and pairs of words, tuned on the validation set.

    Tuned are the regularisation and whether term frequencies are logarithmic; everything else is the default.

    Returns:
        By name of the baseline the predicted classes of the test set, shape [len(test)].
    """
    best: dict[str, tuple[float, NDArray[np.int64]]] = {}
    for sublinear in (False, True):
        vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=sublinear)
        features = [
            vectorizer.fit_transform(train.texts),
            *map(vectorizer.transform, (val.texts, test.texts)),
        ]
        for name, strengths in STRENGTHS.items():
            for strength in strengths:
                model = _model(name, strength, seed).fit(features[0], train.labels)
                score = float(model.score(features[1], val.labels))
                if name not in best or score > best[name][0]:
                    best[name] = (score, model.predict(features[2]))
    return {name: predicted for name, (_, predicted) in best.items()}


def _model(name: str, strength: float, seed: int) -> LogisticRegression | LinearSVC:
    if name == LOGISTIC:
        return LogisticRegression(C=strength, max_iter=1000, random_state=seed)
    return LinearSVC(C=strength, random_state=seed)


def hits(predicted: Sequence[int] | NDArray[np.int64], examples: Examples) -> NDArray[np.bool_]:
    """Return which predictions are right, shape [len(examples)]."""
    right: NDArray[np.bool_] = np.asarray(predicted) == examples.labels
    return right
