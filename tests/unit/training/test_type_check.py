"""Whether values of YAML fit the hints of Python."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, Literal, Optional, Protocol, TypeVar, Union

import pytest
import torch

from textops.training.type_check import described, fits

Anything = TypeVar("Anything")


class SupportsPaths(Protocol):
    def path(self) -> str: ...


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (1, int),
        (1, float),
        (1.5, float),
        (True, bool),
        ("a", str),
        (None, None),
        (None, int | None),
        (None, Optional[int]),  # noqa: UP045 (libraries still write it so)
        (3, Union[str, int]),  # noqa: UP007
        ("warn", Union[bool, Literal["warn"]]),  # noqa: UP007
        (16, Literal[16, "bf16"]),
        ([1], list[int]),
        ([1, 2], tuple[int, int]),
        ([1], Sequence[int]),
        ([1], Iterable[int]),
        ({"a": 1}, dict[str, int]),
        ({"a": 1}, Mapping[str, int]),
        ("a/b", Path),
        ("a/b", PathLike[str]),
        ("a/b", str | Path),
        (5, Annotated[int, "of something"]),
        (object(), Any),
        ("x", object),
        (True, object),
        ("x", Anything),
        ("x", "written as text"),
        (5, SupportsPaths),
        ({"_target_": "torch.nn.ReLU"}, torch.nn.Module),
        ({"_target_": "torch.nn.ReLU"}, int),
    ],
)
def test_what_can_stand_there(value: object, hint: object) -> None:
    assert fits(value, hint)


@pytest.mark.parametrize(
    ("value", "hint", "words"),
    [
        ("abc", float, "a number"),
        ("abc", Union[float, torch.Tensor], "a number"),  # noqa: UP007
        (True, int, "a whole number"),
        (True, float, "a number"),
        (1.5, int, "a whole number"),
        (1, bool, "true or false"),
        (None, float, "a number"),
        (5, str | None, "text or null"),
        (17, Literal[16, "bf16"] | None, "16 or bf16 or null"),
        (True, Literal[1], "1"),
        ("abc", list[int], "a list [a,b]"),
        ("abc", tuple[int, int], "a list [a,b]"),
        ([1], dict[str, int], "a group of keys {a: b}"),
        (3, Path, "text"),
        (3, torch.nn.Module, ""),
        ("x", Callable[[], int], ""),
        (3, Annotated[str, "of something"], "text"),
    ],
)
def test_what_cannot_and_what_is_wanted_instead(value: object, hint: object, words: str) -> None:
    assert not fits(value, hint)
    assert described(hint) == words
