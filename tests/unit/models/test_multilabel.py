import math

import numpy as np
import pytest
import torch

from textops.data.batch import RaggedBatch
from textops.data.label_table import LabelTable
from textops.models.class_weights import ClassWeightSettings, positive_weights
from textops.models.multilabel import MultilabelClassifier
from textops.models.ngram import NgramEncoder
from textops.text.ngrams import NgramTokenizer

TABLE = LabelTable.of(["", "a", "a|b"], ["a", "b"], "|")
TOKENIZER = NgramTokenizer(word_bits=4, character_bits=4)


def made(positive: list[float] | None = None) -> MultilabelClassifier:
    return MultilabelClassifier(
        NgramEncoder(TOKENIZER, 2),
        torch.optim.SGD,
        lambda optimizer, _: torch.optim.lr_scheduler.ConstantLR(optimizer),
        answers=TABLE,
        positive_weights=positive,
    )


def batch(labels: list[int]) -> RaggedBatch:
    return RaggedBatch.from_numpy(TOKENIZER.ragged(["word"] * len(labels)), np.array(labels))


def test_the_loss_is_the_sum_of_those_of_labels() -> None:
    (loss,) = made().training_losses(torch.zeros(3, 1, 2), batch([0, 1, 2]))

    assert float(loss) == pytest.approx(2 * math.log(2))


def test_weights_do_not_change_which_scores_are_right() -> None:
    # One document in four has `a`, none has `b`: the best score is that of these shares, whatever counts how much.
    scores = torch.tensor([[[math.log(1 / 3), -30.0]]]).expand(4, 1, 2).clone().requires_grad_()

    (loss,) = made([5.0, 1.0]).training_losses(scores, batch([1, 0, 0, 0]))
    loss.backward()

    assert scores.grad is not None
    assert float(scores.grad[:, 0, 0].sum()) == pytest.approx(0, abs=1e-6)


def test_a_label_that_counts_more_pulls_harder() -> None:
    pulls = []
    for weight in (1.0, 4.0):
        scores = torch.zeros(1, 1, 2, requires_grad=True)
        (loss,) = made([weight, 1.0]).training_losses(scores, batch([1]))
        loss.backward()
        assert scores.grad is not None
        pulls.append(float(-scores.grad[0, 0, 0]))

    assert pulls[1] > 1.5 * pulls[0]


def test_validation_is_judged_after_a_calibration() -> None:
    module = made()
    labels = np.array([0, 1, 2] * 20)
    logits = np.where(TABLE.targets(labels), 3.0, -3.0)

    assert module.accuracy(logits, labels) == 1
    assert module.calibrated_loss(logits, labels) < 0.1
    assert module.calibrated_loss(-logits, labels) > 0.5


def test_rare_labels_count_more_and_one_that_nobody_has_counts_as_any() -> None:
    settings = ClassWeightSettings(rule="balanced")

    assert positive_weights([10, 50, 0, 100], 100, settings) == pytest.approx([9.0, 1.0, 1.0, 1.0])
    assert positive_weights([10], 100, ClassWeightSettings(rule="square_root")) == pytest.approx([3.0])
    assert positive_weights([10], 100, ClassWeightSettings()) is None
