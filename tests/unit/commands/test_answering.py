"""`textops predict` as people type it."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.conftest import Terminal


def answer_of(terminal: "Terminal", *arguments: str) -> dict[str, Any]:
    outcome = terminal("predict", *arguments)
    assert outcome.code == 0, outcome.errors
    answer: dict[str, Any] = json.loads(outcome.output)
    return answer


def test_an_answer_comes_with_the_words_that_decided(terminal: "Terminal", tiny_bundle: Path) -> None:
    answer = answer_of(terminal, "a late goal, again", "--bundle", str(tiny_bundle), "--explain")

    assert (answer["label"], answer["method"]) == ("sport", "occlusion")
    first = answer["words"][0]
    assert (first["word"], first["start"], first["end"]) == ("goal", 7, 11)
    assert first["contribution"] > 0
    assert {word["word"] for word in answer["words"]} == {"a", "late", "goal", ",", "again"}


def test_of_a_long_text_the_strongest_words_come(terminal: "Terminal", tiny_bundle: Path) -> None:
    answer = answer_of(terminal, "word " * 40 + "goal", "--bundle", str(tiny_bundle), "--explain")

    assert len(answer["words"]) == 10
    assert answer["words"][0]["word"] == "goal"


def test_nobody_is_told_what_he_did_not_ask_for(terminal: "Terminal", tiny_bundle: Path) -> None:
    assert "words" not in answer_of(terminal, "a goal", "--bundle", str(tiny_bundle))
