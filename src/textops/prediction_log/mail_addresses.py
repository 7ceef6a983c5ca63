"""Mail addresses in texts of every script."""

import re

_LONGEST_LOCAL = 64
# Scripts that put no blanks between words: there, letters of another script end an address.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3040-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff"
)
# No letters: blanks, control characters, punctuation.
_NOT_IN_WORDS = (
    r"\s\x00-,/:-@\[-^`{-\xa0«»\u2000-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\ufffd"
)
_LABEL = f"[^{_NOT_IN_WORDS}._{_UNSPACED}]{{1,63}}"
_UNSPACED_LABEL = f"[^{_NOT_IN_WORDS}._]{{1,63}}"
_DOT = "[.\uff0e\u3002]"
_DOMAIN = re.compile(
    rf"[@\uff20](?:{_LABEL}(?:{_DOT}{_LABEL}){{1,8}}|{_UNSPACED_LABEL}(?:{_DOT}{_UNSPACED_LABEL}){{1,8}}"
    r"|\[(?:[0-9]{1,3}\.){3}[0-9]{1,3}\])"
)
_SIGNS = "!#$%&'*+^`~"
_LOCAL_REVERSED = re.compile(rf"(?:[^{_NOT_IN_WORDS}{_UNSPACED}]|[{_SIGNS}])+")
_UNSPACED_LOCAL_REVERSED = re.compile(rf"(?:[^{_NOT_IN_WORDS}]|[{_SIGNS}])+")
_QUOTED_LOCAL_REVERSED = re.compile(r'"[^"\n]{1,62}"')


def redact_mail_addresses(text: str, mark: str) -> str:
    """Return a text with a mark in the place of each mail address; the same object where there is none."""
    parts: list[str] = []
    end = 0
    for domain in _DOMAIN.finditer(text):
        # What is before belongs to the address before.
        local = _local_length(text[max(end, domain.start() - _LONGEST_LOCAL) : domain.start()])
        if local:
            parts += (text[end : domain.start() - local], mark)
            end = domain.end()
    return "".join((*parts, text[end:])) if parts else text


def _local_length(before: str) -> int:
    """Return how many of the last characters are the part of an address before its @."""
    backwards = before[::-1]
    for pattern in (_LOCAL_REVERSED, _UNSPACED_LOCAL_REVERSED, _QUOTED_LOCAL_REVERSED):
        if match := pattern.match(backwards):
            return match.end()
    return 0
