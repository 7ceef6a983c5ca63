"""One spelling for what reads the same: compatibility forms, white space and case."""

import unicodedata

# What `str.split` splits at, but for the blank and for what NFKC turns into one.
_WHITE_SPACE = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u1680\u2028\u2029"


def normalize(text: str, max_characters: int | None = None) -> str:
    """Return the text as the tokenizers see it.

    Unicode compatibility composition (NFKC) makes full-width letters, ligatures, non-breaking spaces and
    composed or decomposed accents alike; every run of white space becomes one blank; lower case makes case
    alike.

    Args:
        text: Any string, also with lone surrogates.
        max_characters: What lies behind is cut before anything else, so that the cost is bounded.
    """
    if max_characters is not None and len(text) > max_characters:
        text = text[:max_characters]
    # Most texts are ASCII, for which NFKC changes nothing and asking is ten times cheaper.
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _fold_white_space(text).lower()


def _fold_white_space(text: str) -> str:
    """Do what `" ".join(text.split())` does, faster: no string for each word."""
    for character in _WHITE_SPACE:
        if character in text:
            text = text.replace(character, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text.strip(" ")
