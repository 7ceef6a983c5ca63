"""A text in pieces, those marked that decided."""

from textops.frontend.marked_text import marked
from textops.serving.explanation_schemas import ExplainedWord


def word(start: int, end: int, contribution: float, field: str = "text") -> ExplainedWord:
    return ExplainedWord.model_validate({"field": field, "start": start, "end": end, "contribution": contribution})


def test_the_pieces_are_the_text_again() -> None:
    # given
    title, text = "Late 🏟 goal", "<b>the</b> team\nlost"
    words = [word(7, 11, 1.0, "title"), word(3, 6, 0.9), word(11, 15, -2.0)]
    # when
    found = marked(title, text, words, "sport")
    # then
    assert "".join(part.text for part in found.title) == title
    assert "".join(part.text for part in found.text) == text
    assert [(part.text, part.strength) for part in found.text if part.strength] == [("the", 0.45), ("team", -1.0)]
    assert [part.note for part in found.title if part.strength] == ["+1.00, for sport"]


def test_weak_words_are_left_as_they_are() -> None:
    found = marked("", "a b", [word(0, 1, 1.0), word(2, 3, 0.01)], "sport")
    assert [(part.text, part.strength) for part in found.text] == [("a", 1.0), (" b", 0.0)]


def test_a_long_text_gets_no_more_marks_than_somebody_reads() -> None:
    words = [word(2 * place, 2 * place + 1, 1.0) for place in range(1_000)]
    found = marked("", "a " * 1_000, words, "sport")
    assert sum(part.strength > 0 for part in found.text) == 400


def test_a_text_of_which_no_word_decided_has_no_mark() -> None:
    assert [part.strength for part in marked("", "a", [word(0, 1, 0.0)], "sport").text] == [0.0]
