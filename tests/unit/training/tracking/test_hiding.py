"""Secrets that nobody may see."""

from typing import Any

import pytest

from textops.training.tracking.hiding import without_secrets


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ({"api_key": "abc"}, {"api_key": "***"}),
        ({"password": ""}, {"password": ""}),
        ({"storage": "postgresql://me:hunter2@host/db"}, {"storage": "postgresql://***@host/db"}),
        ({"paths": ["https://h/x?sig=abc&v=1"]}, {"paths": ["https://h/x?sig=***&v=1"]}),
        ({"a": {"b": ["https://h/x?X-Goog-Signature=a+b"]}}, {"a": {"b": ["https://h/x?X-Goog-Signature=***"]}}),
        ({"tokens": 3, "tokenizer": "words", "seed": 0}, {"tokens": 3, "tokenizer": "words", "seed": 0}),
        ({"monkey": "a", "note": "me@example.org"}, {"monkey": "a", "note": "me@example.org"}),
    ],
)
def test_secrets_are_hidden_and_nothing_else(content: dict[str, Any], shown: dict[str, Any]) -> None:
    assert without_secrets(content) == shown
