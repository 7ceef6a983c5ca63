"""Texts on which text processing goes wrong."""

from collections.abc import Iterator

import pytest

from textops.text import compiled

AWKWARD = {
    "empty": "",
    "a blank": " ",
    "one letter": "a",
    "NUL": "\0",
    "NUL in a word": "a\0b",
    "white space of all kinds": "\t a \u00a0\u2003b\u2028\u3000c\r\n\x1c",
    "a lone surrogate": "a \ud800 b\udfff",
    "full width": "\uff21\uff22\uff23　\uff11\uff12\uff13",
    "ligatures": "ﬁnal oﬃce",
    "decomposed": "re\u0301sume\u0301",
    "Turkish capital": "İstanbul I",
    "final sigma": "ΟΔΟΣ",
    "Chinese": "你好\uff0c世界",
    "Japanese": "カタカナとひらがな漢字 ｶﾞ",
    "Hindi": "हिन्दी में कक्षा",
    "Arabic with vowel signs": "مُحَمَّد كِتَاب",
    "Thai": "ภาษาไทยไม่มีเว้นวรรค",
    "emoji": "👩‍👩‍👧 ok 👍🏽",
    "punctuation": "... don't: stop_now!",
    "one character that becomes many": "\ufdfa",
    "long": "word " * 20_000,
    "long without a blank": "x" * 70_000,
}


@pytest.fixture(params=list(AWKWARD.values()), ids=list(AWKWARD))
def awkward_text(request: pytest.FixtureRequest) -> str:
    """One text after the other."""
    text: str = request.param
    return text


@pytest.fixture(params=["compiled", "numpy"], scope="module")
def each_reading(request: pytest.FixtureRequest) -> Iterator[None]:
    """Read texts with the compiled kernel, and then without it."""
    if request.param == "compiled":
        assert compiled.kernel() is not None, "the kernel is not compiled: install a C compiler, then `make test` again"
        yield
        return
    with compiled.without_kernel():
        yield
