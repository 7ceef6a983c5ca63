"""Texts of ours to start from: they show what an answer looks like, whatever the classes of the model are."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A text, and what it is about."""

    label: str
    text: str


EXAMPLES = (
    Example(label="a match", text="The visitors scored twice in the last ten minutes and won the cup final."),
    Example(label="a market", text="Shares of the airline fell after it warned that profits will be lower this year."),
    Example(label="another script", text="Команда забила два гола в последние десять минут и выиграла финал кубка."),
    Example(label="from right to left", text="سجل الفريق هدفين في الدقائق العشر الأخيرة وفاز بنهائي الكأس."),
)
