"""What a configuration names."""

import sys

import pytest
import torch

from textops.errors import ConfigurationError
from textops.models.schedules import linear_decay
from textops.training.signature import named, signature_of


def test_a_class_or_a_function_is_found_with_its_parameters() -> None:
    # when
    found = named("textops.models.schedules.linear_decay", "scheduler")
    signature = signature_of(found)
    # then
    assert found is linear_decay
    assert signature is not None
    assert list(signature.parameters) == ["optimizer", "total_steps", "warmup"]
    assert signature.hints["warmup"] is float
    assert not signature.takes_anything


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("torch.optim.Nope", "has no attribute 'Nope'"),
        ("nowhere.at.all", "No module named 'nowhere'"),
        ("", "cannot be imported"),
        ("..", "cannot be imported"),
        ("torch.pi", "makes nothing"),
        ("torch", "makes nothing"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(target: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"^optimizer\._target_={target}.*{message}") as raised:
        named(target, "optimizer")
    assert "\n" not in str(raised.value)


def test_one_of_ours_that_lacks_a_package_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    # given an installation without the extra
    for name in [
        name for name in sys.modules if name.partition(".")[0] == "optuna" or name == "textops.search.pruning"
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("textops.search.pruning", raising=False)
    monkeypatch.setitem(sys.modules, "optuna", None)
    # when
    with pytest.raises(ModuleNotFoundError) as raised:
        named("textops.search.pruning.TrialPruning", "callbacks.pruning")
    # then
    assert raised.value.name == "optuna"


def test_one_of_ours_that_is_mistyped_is_told_as_before() -> None:
    with pytest.raises(ConfigurationError, match="cannot be imported"):
        named("textops.search.prunning.TrialPruning", "callbacks.pruning")


def test_what_is_written_in_c_has_no_signature() -> None:
    assert signature_of(torch.zeros) is None


def test_hints_that_cannot_be_read_are_left_out() -> None:
    # given
    def make(number: "NotDefinedAnywhere", **others: object) -> None:  # type: ignore[name-defined]  # noqa: F821
        del number, others

    # when
    signature = signature_of(make)
    # then
    assert signature is not None
    assert signature.hints == {}
    assert signature.takes_anything
