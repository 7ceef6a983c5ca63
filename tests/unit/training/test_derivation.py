"""What one configuration has of another."""

from typing import Any

import pytest

from textops.training.derivation import filled, linked, take_over

TODAY: dict[str, Any] = {
    "name": "${data.name}",
    "seed": 0,
    "batch_size": "${model.batch_size}",
    "data": {"name": "news"},
    "model": {"name": "lstm", "batch_size": 32, "rate": 0.1, "encoder": {"_target_": "Encoder", "new": 1}},
    "optimizer": {"_target_": "Sgd", "lr": "${model.rate}"},
    "loader": {"shuffle": True, "depth": {"a": 1}},
    "logger": {"csv": {"_target_": "Csv"}},
}


def never(_: object) -> bool:
    return False


def test_what_is_new_is_filled_in_but_not_inside_of_what_is_made() -> None:
    # given
    saved = {
        "seed": 3,
        "model": {"name": "lstm", "batch_size": 8, "encoder": {"_target_": "Encoder"}},
        "loader": {"depth": {}},
    }
    # when
    content = filled(saved, TODAY, frozenset({"logger"}))
    # then
    assert content["seed"] == 3
    assert content["model"] == {"name": "lstm", "batch_size": 8, "rate": 0.1, "encoder": {"_target_": "Encoder"}}
    assert content["loader"] == {"depth": {"a": 1}, "shuffle": True}
    assert content["optimizer"] == TODAY["optimizer"]
    assert "logger" not in content


def test_what_was_derived_is_derived_again_and_what_was_set_stays() -> None:
    # given: the name is the data's, the size of the batch is not the model's
    saved = {
        "name": "news",
        "batch_size": 64,
        "data": {"name": "news"},
        "model": {"batch_size": 32, "rate": 0.1},
        "optimizer": {"_target_": "Adam", "lr": 0.1},
    }
    # when
    content = linked(saved, TODAY, never)
    # then
    assert content["name"] == "${data.name}"
    assert content["optimizer"] == {"_target_": "Adam", "lr": "${model.rate}"}
    assert content["batch_size"] == 64


def test_what_cannot_be_derived_any_more_stays() -> None:
    # given
    saved = {"batch_size": 32, "model": {}, "optimizer": {"lr": None}}
    # when, then
    assert linked(saved, TODAY, never) == saved


def test_an_outdated_value_gives_way() -> None:
    # given
    saved = {"name": "***", "data": {"name": "news"}}
    # when, then
    assert linked(saved, TODAY, lambda value: value == "***")["name"] == "${data.name}"


@pytest.mark.parametrize(
    ("after", "whole", "expected"),
    [
        ({"a": 1, "b": {"x": 1, "y": 2}}, (), {"a": 5, "b": {"x": 9, "y": 9}, "own": 1}),
        ({"a": 2, "b": {"x": 1, "y": 3}}, (), {"a": 2, "b": {"x": 9, "y": 3}, "own": 1}),
        ({"a": 1, "b": {"x": 1, "y": 2}}, ("b",), {"a": 5, "b": {"x": 1, "y": 2}, "own": 1}),
        ({"a": 1, "b": {"x": 1, "y": 2, "z": 3}}, (), {"a": 5, "b": {"x": 9, "y": 9, "z": 3}, "own": 1}),
        ({"a": 1}, (), {"a": 5, "own": 1}),
        ({"a": 1, "b": {"_target_": "New", "x": 1}}, (), {"a": 5, "b": {"_target_": "New", "x": 1}, "own": 1}),
        ({"a": 1, "b": None}, (), {"a": 5, "b": None, "own": 1}),
        ({"a": {"x": 1}, "b": {"x": 1, "y": 2}}, (), {"a": {"x": 1}, "b": {"x": 9, "y": 9}, "own": 1}),
    ],
    ids=["nothing", "values", "a whole section", "a new key", "one less", "another thing", "left out", "a section"],
)
def test_a_choice_changes_what_it_changes_today(
    after: dict[str, Any], whole: tuple[str, ...], expected: dict[str, Any]
) -> None:
    # given
    before = {"a": 1, "b": {"x": 1, "y": 2}}
    content = {"a": 5, "b": {"x": 9, "y": 9}, "own": 1}
    # when
    take_over(content, before, after, frozenset(whole))
    # then
    assert content == expected
