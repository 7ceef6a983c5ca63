"""The baselines are tuned fairly: on the validation set alone."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from textops.benchmark import baselines
from textops.benchmark.baselines import LOGISTIC, SUPPORT_VECTORS, baseline_predictions, hits
from textops.data.dataset import Examples


def examples(count: int, seed: int) -> Examples:
    """Return short texts in which one word in three tells the class."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, count)
    words = np.array([["goal", "match", "team", "a", "the"], ["chip", "code", "data", "a", "the"]])
    texts = [" ".join(generator.choice(words[label if generator.random() < 0.8 else 1 - label], 4)) for label in labels]
    ids = [str(number) for number in range(count)]
    return Examples(ids=ids, texts=texts, labels=labels.astype(np.int64), groups=ids)


TRAIN, VAL, TEST = examples(60, 0), examples(30, 1), examples(40, 2)


def test_both_baselines_answer_every_test_example_and_beat_guessing() -> None:
    # when
    predicted = baseline_predictions(TRAIN, VAL, TEST, seed=0)
    # then
    assert set(predicted) == {LOGISTIC, SUPPORT_VECTORS}
    for answers in predicted.values():
        assert answers.shape == (len(TEST),)
        assert hits(answers, TEST).mean() > 0.6


@pytest.mark.parametrize("name", [LOGISTIC, SUPPORT_VECTORS])
def test_the_best_on_the_validation_set_answers(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    # given
    strengths = (1e-6, 1.0)
    monkeypatch.setattr(baselines, "STRENGTHS", {name: strengths})
    # when
    predicted = baseline_predictions(TRAIN, VAL, TEST, seed=0)[name]
    # then: tried by hand, in the same order
    best, expected = -1.0, np.empty(0)
    for sublinear in (False, True):
        vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=sublinear).fit(TRAIN.texts)
        for strength in strengths:
            kind = LogisticRegression if name == LOGISTIC else LinearSVC
            model = kind(C=strength, random_state=0).fit(vectorizer.transform(TRAIN.texts), TRAIN.labels)
            score = model.score(vectorizer.transform(VAL.texts), VAL.labels)
            if score > best:
                best, expected = score, model.predict(vectorizer.transform(TEST.texts))
    np.testing.assert_array_equal(predicted, expected)


def test_a_hit_is_a_right_answer() -> None:
    assert (
        hits([*TEST.labels[:20].tolist(), *(1 - TEST.labels[20:]).tolist()], TEST).tolist()
        == [True] * 20 + [False] * 20
    )
