"""One spelling for what reads the same: compatibility forms, white space and case."""

import itertools
import unicodedata

from textops.text import compiled

# What `str.split` splits at, but for the blank and for what NFKC turns into one.
_WHITE_SPACE = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u1680\u2028\u2029"
# No script stacks so many marks on one letter. NFKC sorts the marks of a letter in quadratic time: 200,000 of them,
# which fit into one request, would take half a minute.
_LONG_RUN = 256
# No character before this one is a mark, or becomes one.
_FIRST_MARK = "\u0300"


def normalize(text: str, max_characters: int | None = None, *, keep_case: bool = False) -> str:
    """Return the text as the tokenizers see it.

    Unicode compatibility composition (NFKC) makes full-width letters, ligatures, non-breaking spaces and
    composed or decomposed accents alike; every run of white space becomes one blank; lower case makes case
    alike.

    Args:
        text: Any string, also with lone surrogates.
        max_characters: What lies behind is cut before anything else, so that the cost is bounded; once more after
            NFKC, which makes up to eighteen characters of one.
        keep_case: For tokenizers that know case, or fold it themselves.
    """
    if max_characters is not None and len(text) > max_characters:
        text = text[:max_characters]
    # Most texts are ASCII, for which NFKC changes nothing and asking is ten times cheaper.
    if not text.isascii():
        text = compose(text)[:max_characters]
    kernel = compiled.kernel()
    if kernel is not None and not keep_case:
        return kernel.fold(text)
    folded = _fold_white_space(text)
    return folded if keep_case else folded.lower()


def compose(text: str) -> str:
    """Do what NFKC does, in a time that grows with the length of the text alone."""
    if _has_long_run(text):
        text = _with_sorted_marks(text)
    return unicodedata.normalize("NFKC", text)


def _has_long_run(text: str) -> bool:
    """Tell whether anywhere in the text `2 * _LONG_RUN` marks follow each other; looks at few characters."""
    return any(
        text[start] >= _FIRST_MARK and all(map(_is_sorted_by_nfkc, text[start : start + _LONG_RUN]))
        for start in range(0, len(text) - _LONG_RUN + 1, _LONG_RUN)
    )


def _is_sorted_by_nfkc(character: str) -> bool:
    return unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) > 0


def _with_sorted_marks(text: str) -> str:
    """Decompose the text and sort the marks of each letter: NFKC gives the same for it, and has nothing to sort."""
    decomposed = itertools.chain.from_iterable(unicodedata.normalize("NFKD", character) for character in text)
    runs = itertools.groupby(decomposed, lambda character: unicodedata.combining(character) > 0)
    return "".join("".join(sorted(run, key=unicodedata.combining) if are_marks else run) for are_marks, run in runs)


def _fold_white_space(text: str) -> str:
    """Do what `" ".join(text.split())` does, faster: no string for each word."""
    for character in _WHITE_SPACE:
        if character in text:
            text = text.replace(character, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text.strip(" ")
