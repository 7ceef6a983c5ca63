import pytest

from textops.serving.problems import json_pointer


@pytest.mark.parametrize(
    ("location", "pointer"),
    [((), ""), (("text",), "/text"), (("texts", 3), "/texts/3"), (("a/b", "~"), "/a~1b/~0")],
)
def test_a_place_becomes_a_pointer(location: tuple[int | str, ...], pointer: str) -> None:
    assert json_pointer(location) == pointer


def test_a_pointer_that_a_client_made_long_is_cut() -> None:
    assert len(json_pointer(("x" * 10_000,))) == 200
