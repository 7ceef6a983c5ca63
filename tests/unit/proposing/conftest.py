"""Small made-up files of texts that words tell apart."""

import csv
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
SIGNS = {"good": ["fine", "lovely"], "bad": ["awful", "poor"]}
WriteTable = Callable[..., Path]


def labelled_texts(rows: int, seed: int = 0) -> list[tuple[str, str]]:
    """Return texts, each unlike the others, and their labels."""
    chance = random.Random(seed)  # noqa: S311 (made-up texts)
    found = []
    for number in range(rows):
        label = chance.choice(list(SIGNS))
        words = [*chance.choices(WORDS, k=7), *chance.choices(SIGNS[label], k=2)]
        chance.shuffle(words)
        found.append((" ".join([*words, str(number)]), label))
    return found


@pytest.fixture
def write_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriteTable:
    """Write rows into a file of the folder that the test runs in."""
    monkeypatch.chdir(tmp_path)

    def write(
        name: str,
        rows: Sequence[Sequence[object]],
        header: Sequence[str] | None = ("text", "label"),
        *,
        delimiter: str = ",",
        encoding: str = "utf-8",
    ) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="", encoding=encoding) as file:
            writer = csv.writer(file, delimiter=delimiter)
            writer.writerows([header, *rows] if header is not None else rows)
        return path

    return write
