"""Which form ships."""

import pytest

from textops.bootstrap import Interval
from textops.bundle import Metric
from textops.optimization.policy import choose
from textops.optimization.settings import PolicySettings
from textops.variant_figures import VariantFigures

BOUND = PolicySettings(max_accuracy_loss=0.002, max_likely_loss=0.01, measure="latency", tie=0.05)
SAME = Interval(0.0, 0.0, 0.0)


def form(name: str, milliseconds: float, megabytes: int = 10, each_second: float = 1000) -> VariantFigures:
    def exactly(value: float) -> Metric:
        return Metric(value=value, low=value, high=value)

    return VariantFigures(
        name=name,
        made=True,
        file_bytes=megabytes * 1_000_000,
        latency_p50_ms=exactly(milliseconds),
        documents_per_second=exactly(each_second),
    )


CHECKPOINT = form("onnx_fp32", 1.0)


def test_the_fastest_within_the_bound_ships_and_the_reason_names_its_figures() -> None:
    # given
    forms = [CHECKPOINT, form("onnx_int8", 0.5), form("pruned", 0.4)]
    losses = {"onnx_fp32": SAME, "onnx_int8": Interval(-0.001, -0.008, 0.004), "pruned": Interval(-0.02, -0.03, -0.01)}
    # when
    choice = choose(forms, losses, 1000, BOUND)
    # then
    assert choice.name == "onnx_int8"
    assert "of 2 forms within the bound the fastest by latency of one text (0.5 ms)" in choice.reason
    assert "accuracy on 1,000 validation texts -0.10 [-0.80, +0.40] points" in choice.reason
    assert "outside the bound of -0.2 measured, -1.0 likely: pruned -2.00 [-3.00, -1.00]" in choice.reason


def test_a_loss_that_is_small_but_may_be_large_is_outside_the_bound() -> None:
    # given
    forms = [CHECKPOINT, form("onnx_int8", 0.5)]
    losses = {"onnx_fp32": SAME, "onnx_int8": Interval(0.0, -0.02, 0.02)}
    # when, then
    assert choose(forms, losses, 50, BOUND).name == "onnx_fp32"


def test_where_nothing_else_is_good_enough_the_checkpoint_itself_ships() -> None:
    # given
    forms = [CHECKPOINT, form("pruned", 0.1)]
    losses = {"onnx_fp32": SAME, "pruned": Interval(-0.1, -0.2, -0.05)}
    # when
    choice = choose(forms, losses, 100, BOUND)
    # then
    assert choice.name == "onnx_fp32"
    assert "the only form within the bound, by latency of one text 1 ms" in choice.reason


def test_of_those_that_are_equally_fast_the_smallest_ships() -> None:
    # given
    forms = [CHECKPOINT, form("onnx_int8", 0.500, megabytes=3), form("pruned_int8", 0.520, megabytes=1)]
    losses = dict.fromkeys(["onnx_fp32", "onnx_int8", "pruned_int8"], SAME)
    # when, then
    assert choose(forms, losses, 100, BOUND).name == "pruned_int8"
    assert choose(forms, losses, 100, BOUND.model_copy(update={"tie": 0.01})).name == "onnx_int8"


def test_fast_can_mean_many_texts_in_a_second() -> None:
    # given
    forms = [form("onnx_fp32", 1.0, each_second=5000), form("onnx_int8", 0.5, each_second=1000)]
    losses = dict.fromkeys(["onnx_fp32", "onnx_int8"], SAME)
    # when
    choice = choose(forms, losses, 100, BOUND.model_copy(update={"measure": "throughput"}))
    # then
    assert choice.name == "onnx_fp32"
    assert "5,000 texts a second" in choice.reason


def test_what_was_not_measured_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="onnx_fp32 was not measured"):
        choose([VariantFigures(name="onnx_fp32", made=True)], {"onnx_fp32": SAME}, 10, BOUND)
