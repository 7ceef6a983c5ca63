"""Which single-byte encoding a text in a Latin script is in, by the letters its language uses.

Guessers by letter frequency mix up the code pages of western and central Europe, which differ in a few letters only.
But languages have few letters beyond ASCII, and in the wrong code page the bytes become letters that no one language
has together.
"""

from collections.abc import Sequence

WESTERN = ("cp1252", "mac_roman", "cp850")
CENTRAL = ("cp1250", "iso8859_2")

LANGUAGES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("àâæçèéêëîïôœùûüÿ", WESTERN),  # French
    ("äöüßéà", WESTERN),  # German
    ("áéíñóúü", WESTERN),  # Spanish
    ("áâãàçéêíóôõúü", WESTERN),  # Portuguese
    ("àèéìíîòóùú", WESTERN),  # Italian
    ("åäöéüæø", WESTERN),  # Swedish, Finnish, Norwegian, Danish
    ("éëïóöüèêáú", WESTERN),  # Dutch
    ("áðéíóúýþæö", WESTERN),  # Icelandic
    ("ąćęłńóśźż", CENTRAL),  # Polish
    ("áčďéěíňóřšťúůýžäľôöü", CENTRAL),  # Czech, Slovak
    ("áéíóöőúüű", CENTRAL),  # Hungarian
    ("čćđšž", CENTRAL),  # Croatian, Slovenian, Bosnian
    ("ăâîşţ", CENTRAL),  # Romanian
    ("âçğîıöşüû", ("cp1254",)),  # Turkish
    ("āčēģīķļņšūž", ("cp1257",)),  # Latvian
    ("ąčęėįšųūž", ("cp1257",)),  # Lithuanian
    ("äõöüšž", ("cp1257", "cp1252")),  # Estonian
)

NEUTRAL = frozenset(
    "\u00a0\u00ab\u00bb\u2039\u203a"  # no-break space, guillemets
    "\u2018\u2019\u201a\u201c\u201d\u201e\u00b4"  # quotes, apostrophe
    "\u2013\u2014\u2026\u2022\u00b7"  # dashes, ellipsis, bullets
    "€£§°¡¿©®™½ªº"
)
"""Signs that stand in texts of any language."""

BEYOND_ASCII_SHARE = 0.25
"""Latin scripts have fewer characters beyond ASCII; others consist of them."""

LANGUAGE_SHARE = 0.97
"""A foreign name may bring in a letter of another language."""


def latin_encoding(content: bytes) -> str | None:
    """Return the encoding in which the letters beyond ASCII are those of one language, None if there is none.

    Args:
        content: Bytes that are not UTF-8.
    """
    if len(content.translate(None, bytes(range(128)))) > BEYOND_ASCII_SHARE * len(content):
        return None
    if not _letters_beyond_ascii(content, "cp1252", undecodable=["?"]):
        # No letter at all: pound signs, quotes and dashes in English text.
        return "cp1252"
    best, best_share = None, LANGUAGE_SHARE
    decoded: dict[str, list[str]] = {}
    for letters, encodings in LANGUAGES:
        for encoding in encodings:
            if encoding not in decoded:
                decoded[encoding] = _letters_beyond_ascii(content, encoding)
            found = decoded[encoding]
            own = frozenset(letters) | frozenset(letters.upper())
            share = sum(letter in own for letter in found) / len(found) if found else 0.0
            if share > best_share:
                best, best_share = encoding, share
    return best


def _letters_beyond_ascii(content: bytes, encoding: str, undecodable: Sequence[str] = ()) -> list[str]:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return list(undecodable)
    return [character for character in text if character > "\x7f" and character not in NEUTRAL]
