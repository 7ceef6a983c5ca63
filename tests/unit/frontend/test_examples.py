"""Texts to start from."""

from textops.bundle_report import Example
from textops.frontend.examples import MOST_EXAMPLES, examples_of


def test_each_class_of_the_model_has_one_example_as_long_as_there_is_room() -> None:
    # given
    offered = [
        Example(text=f"text {turn} of {number}", label=f"class {number}") for turn in (1, 2) for number in range(9)
    ]
    # when
    shown = examples_of(offered)
    # then
    assert [example.label for example in shown] == [f"class {number}" for number in range(MOST_EXAMPLES)]
    assert all(example.text.startswith("text 1 ") for example in shown)


def test_a_model_that_brings_none_gets_ours_in_several_scripts() -> None:
    labels = [example.label for example in examples_of(())]

    assert {"another script", "from right to left"} <= set(labels)
