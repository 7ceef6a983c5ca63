"""One spelling for what reads the same: compatibility forms, white space and case."""

import unicodedata


def normalize(text: str, max_characters: int | None = None) -> str:
    """Return the text as the tokenizers see it.

    Unicode compatibility composition (NFKC) makes full-width letters, ligatures, non-breaking spaces and composed
    or decomposed accents alike; every run of white space becomes one blank; lower case makes case alike.

    Args:
        text: Any string, also with lone surrogates.
        max_characters: What lies behind is cut before anything else, so that the cost is bounded.
    """
    if max_characters is not None and len(text) > max_characters:
        text = text[:max_characters]
    # Most texts are ASCII, for which NFKC changes nothing and asking is ten times cheaper.
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.split()).lower()
