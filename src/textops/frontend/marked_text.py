"""A text with the words marked that decided."""

from collections.abc import Sequence

from textops.frontend.components.component import show_component
from textops.frozen import Frozen
from textops.serving.explanation_schemas import ExplainedWord

# Weaker words only make the text colourful; more marks than that nobody reads, and a browser takes long to draw.
_LEAST_STRENGTH = 0.08
_MOST_MARKS = 400


class Part(Frozen):
    """A piece of the text.

    Attributes:
        text: As it stands there.
        strength: Of the mark: 1 for the strongest word, negative where it spoke against the answer, 0 for no mark.
        note: What stands beside the pointer.
    """

    text: str
    strength: float
    note: str


class MarkedText(Frozen):
    """What the component shows.

    Attributes:
        name: What a screen reader calls it.
        title: Pieces of the title.
        text: Pieces of the text.
    """

    name: str
    title: list[Part]
    text: list[Part]


def marked(title: str, text: str, words: Sequence[ExplainedWord], label: str) -> MarkedText:
    """Return title and text in pieces, those marked that decided.

    Args:
        title: The title, may be empty.
        text: The text.
        words: What each word added.
        label: The answer.
    """
    strongest = max((abs(word.contribution) for word in words), default=0.0)
    least = _LEAST_STRENGTH * strongest
    strong = [word for word in words if abs(word.contribution) >= least and word.contribution]
    chosen = sorted(strong, key=lambda word: -abs(word.contribution))[:_MOST_MARKS]
    in_title, in_text = ([word for word in chosen if word.field == field] for field in ("title", "text"))
    return MarkedText(
        name="The text, with the words marked that decided",
        title=_parts(title, in_title, strongest, label),
        text=_parts(text, in_text, strongest, label),
    )


def show_marked_text(title: str, text: str, words: Sequence[ExplainedWord], label: str) -> None:
    """Show title and text with their marks."""
    show_component("marked_text", marked(title, text, words, label), key="marked_text")


def _parts(text: str, words: Sequence[ExplainedWord], strongest: float, label: str) -> list[Part]:
    parts, begin = [], 0
    for word in sorted(words, key=lambda word: word.start):
        if word.start > begin:
            parts.append(Part(text=text[begin : word.start], strength=0, note=""))
        direction = "for" if word.contribution > 0 else "against"
        parts.append(
            Part(
                text=text[word.start : word.end],
                strength=word.contribution / strongest,
                note=f"{word.contribution:+.2f}, {direction} {label}",
            )
        )
        begin = word.end
    if begin < len(text):
        parts.append(Part(text=text[begin:], strength=0, note=""))
    return parts
