from unittest.mock import Mock, call

import pytest

from textops.label_names import as_known, composed

NFC = "caf\u00e9"
NFD = "cafe\u0301"


@pytest.mark.parametrize(
    ("names", "known", "found"),
    [
        (["tech", "sport"], ["sport", "tech"], ["tech", "sport"]),
        ([NFD, "tech"], [NFC, "tech"], [NFC, "tech"]),
        ([NFC], [NFD], [NFD]),
        ([NFC, NFD], [NFC, NFD], [NFC, NFD]),
        (["Sport", "sport ", "", NFD], ["sport"], [None, None, None, None]),
        (["a"], [], [None]),
        ([], ["a"], []),
        # Three marks on one letter, which are one character in the other form.
        ([composed("\u1f82")], ["\u03b1\u0313\u0300\u0345"], ["\u03b1\u0313\u0300\u0345"]),
        (["\u03b1\u0313\u0300\u0345"], ["\u1f82"], ["\u1f82"]),
    ],
)
def test_a_name_is_known_by_what_is_read(names: list[str], known: list[str], found: list[str | None]) -> None:
    assert as_known(names, known) == found


def test_a_name_longer_than_any_known_one_is_not_composed(monkeypatch: pytest.MonkeyPatch) -> None:
    composing = Mock(wraps=composed)
    monkeypatch.setattr("textops.label_names.composed", composing)

    assert as_known(["e" + "\u0301" * 100_000], [NFC]) == [None]
    assert composing.mock_calls == [call(NFC)]
