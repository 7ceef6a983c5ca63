"""What an event says of a version is used only where it names one."""

import pytest

from automation.staged_model import model_of_event
from textops.errors import ConfigurationError


def test_the_version_of_an_event_is_named() -> None:
    payload = '{"name": "bbc_news", "version": 3, "alias": "staging", "digest": "sha256:0"}'
    assert model_of_event(payload, "") == "bbc_news/3"


def test_a_person_may_name_a_version_or_an_alias() -> None:
    assert model_of_event("null", "bbc_news@staging") == "bbc_news@staging"
    assert model_of_event("", "bbc_news/2") == "bbc_news/2"


@pytest.mark.parametrize(
    ("payload", "chosen"),
    [
        ('{"name": "x; rm -rf /", "version": 3}', ""),
        ('{"name": "a\\nmodel=b", "version": 3}', ""),
        ('{"name": "bbc_news", "version": 0}', ""),
        ('{"name": "bbc_news"}', ""),
        ("[]", ""),
        ("null", ""),
        ("null", "a b/1"),
        ("null", "x/1\nmodel=y/2"),
    ],
)
def test_whatever_names_no_version_ends_in_one_line(payload: str, chosen: str) -> None:
    with pytest.raises(ConfigurationError, match="names no version") as caught:
        model_of_event(payload, chosen)
    assert "\n" not in str(caught.value)
