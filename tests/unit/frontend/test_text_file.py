"""The text of a file that somebody drops on the page."""

import pytest

from textops.frontend.text_file import NoTextError, decode


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_with_and_without_its_mark(encoding: str) -> None:
    found = decode("Grüße, Жук, 球".encode(encoding))
    assert (found.text, found.is_guess) == ("Grüße, Жук, 球", False)


def test_what_is_no_unicode_is_read_as_western_european_and_called_a_guess() -> None:
    found = decode("Grüße".encode("cp1252"))
    assert (found.text, found.encoding, found.is_guess) == ("Grüße", "cp1252", True)


@pytest.mark.parametrize(("content", "sentence"), [(b"", "empty"), (b" \n", "empty"), (b"\x89PNG\x00\x00", "no text")])
def test_what_holds_no_text_is_refused_in_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(NoTextError, match=sentence):
        decode(content)


def test_half_a_character_of_utf16_is_no_fault_of_the_page() -> None:
    with pytest.raises(NoTextError, match="no text"):
        decode(b"\xff\xfea\x00\x00")
