"""How weights, gradients and confidence are spread."""

import numpy as np
import pytest
import torch
from torch import nn

from textops.models.classifier import Validated
from textops.training.tracking.spread import confidence_histogram, gradient_histograms, weight_histograms


def test_each_parameter_has_a_histogram() -> None:
    # given
    module = nn.Linear(3, 2)
    # when
    histograms = weight_histograms(module)
    # then
    assert {name: histogram.counts.sum() for name, histogram in histograms.items()} == {
        "weights/weight": 6,
        "weights/bias": 2,
    }


def test_large_tables_are_sampled_evenly() -> None:
    # given
    table = nn.Embedding(1000, 200)
    # when
    histogram = weight_histograms(table)["weights/weight"]
    # then
    assert 25_000 < histogram.counts.sum() <= 50_000


@pytest.mark.parametrize("sparse", [True, False])
def test_gradients_have_histograms_also_sparse_ones(*, sparse: bool) -> None:
    # given
    table = nn.Embedding(10, 4, sparse=sparse)
    table(torch.tensor([1, 2])).sum().backward()
    # when
    histogram = gradient_histograms(table)["gradients/weight"]
    # then
    assert histogram.counts.sum() == (8 if sparse else 40)


def test_what_has_no_gradient_has_no_histogram() -> None:
    assert gradient_histograms(nn.Linear(3, 2)) == {}


def test_half_precision_is_no_hindrance() -> None:
    assert weight_histograms(nn.Linear(3, 2).to(torch.bfloat16))


def test_confidence_lies_between_0_and_1() -> None:
    # when
    histogram = confidence_histogram(Validated(np.array([[5.0, 0.0]]), np.array([0]), np.array([0])))
    # then
    assert (histogram.edges[0], histogram.edges[-1]) == (0.0, 1.0)
    assert histogram.counts[-1] == 1


def test_scores_that_are_not_finite_have_no_confidence() -> None:
    with pytest.raises(ValueError, match="finite"):
        confidence_histogram(Validated(np.array([[np.nan, 0.0]]), np.array([0]), np.array([0])))
