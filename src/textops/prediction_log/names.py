"""Names behind a title: Mr Lee, Dr. J. Smith, Frau Müller. Names that stand alone are not found."""

import re

_MOST_WORDS = 3
_TITLES = (
    "Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Dame|Lord|Lady|Herr|Herrn|Frau|Monsieur|Madame|Mme|Mlle|"
    "Señor|Señora|Sr|Sra|Signor|Signora|Sig|Dhr|Mevr|Mevrouw|Pan|Pani|Г-н|Г-жа"
)
_TITLE = re.compile(rf"(?<![^\W\d_])(?:{_TITLES})\b\.?(?=[ \u00a0])")
_WORD = re.compile("[ \u00a0]([^\\W\\d_][\\w'\u2019-]{0,40}\\.?)")
_LONGEST_INITIAL = 2


def redact_names(text: str, mark: str) -> str:
    """Return a text with a mark for up to three words behind a title that begin with a capital letter."""
    parts: list[str] = []
    end = 0
    for title in _TITLE.finditer(text):
        name_end = _name_end(text, title.end())
        # A title may be a part of the name before: Prof. Dr. Marx.
        if title.start() >= end and name_end > title.end():
            parts += (text[end : title.end()], " ", mark)
            end = name_end
    return "".join((*parts, text[end:])) if parts else text


def _name_end(text: str, start: int) -> int:
    """Return where the words end that begin with a capital letter."""
    end = start
    for _ in range(_MOST_WORDS):
        word = _WORD.match(text, end)
        if word is None or not word[1][0].isupper():
            break
        end = word.end()
        if word[1].endswith(".") and len(word[1]) > _LONGEST_INITIAL and word[1][:-1] not in _TITLES:
            # The end of a sentence, and no initial.
            return end - 1
    return end
