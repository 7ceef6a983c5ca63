"""Names that every tracker takes."""

import re

import pytest

from textops.training.tracking.names import artifact_name, class_keys


@pytest.mark.parametrize(
    ("classes", "keys"),
    [
        (("sport", "tech"), ("sport", "tech")),
        (("добрый", "悪い"), ("добрый", "悪い")),
        (("a/b", "a b", "a_b"), ("a_b", "a_b_2", "a_b_3")),
        (("..", "."), ("_", "__2")),
        (("true", "True"), ("true", "True_2")),
        (("$", "€"), ("_", "__2")),
    ],
)
def test_each_class_has_a_key_of_its_own(classes: tuple[str, ...], keys: tuple[str, ...]) -> None:
    assert class_keys(classes) == keys


def test_a_long_name_is_cut() -> None:
    # when
    first, second = class_keys(["a" * 500, "a" * 501])
    # then
    assert len(first) < 100
    assert first != second


@pytest.mark.parametrize("name", ["bbc_news", "отзывы", "a/b:c", "x" * 300])
def test_the_name_of_an_artifact_is_one_that_weights_and_biases_takes(name: str) -> None:
    # when
    made = artifact_name("model", name)
    # then
    assert re.fullmatch(r"model-[a-zA-Z0-9_.-]{1,100}", made)
