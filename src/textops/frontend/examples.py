"""Texts to start from: those of the model's own behaviour tests, or a few of ours."""

from collections.abc import Sequence

from textops.bundle_report import Example

MOST_EXAMPLES = 6

# For models that bring none; they show what an answer looks like, whatever the classes are.
_OURS = (
    Example(label="a match", text="The visitors scored twice in the last ten minutes and won the cup final."),
    Example(label="a market", text="Shares of the airline fell after it warned that profits will be lower this year."),
    Example(label="another script", text="Команда забила два гола в последние десять минут и выиграла финал кубка."),
    Example(label="from right to left", text="سجل الفريق هدفين في الدقائق العشر الأخيرة وفاز بنهائي الكأس."),
)


def examples_of(offered: Sequence[Example]) -> list[Example]:
    """Return examples to offer, of as many classes as there is room for.

    Args:
        offered: What the model brings.
    """
    by_label: dict[str, Example] = {}
    for example in offered:
        by_label.setdefault(example.label, example)
    return list(by_label.values())[:MOST_EXAMPLES] or list(_OURS)
