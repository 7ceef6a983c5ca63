"""Small made-up data sets and the stages of their preparation."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from textops.data.configuration import SourceConfiguration, read_configuration
from textops.data.prepare import take_stages
from textops.data.sources import source_files
from textops.data.stages import Stages
from textops.errors import DataError

WORDS = [
    "river",
    "table",
    "window",
    "garden",
    "paper",
    "summer",
    "yellow",
    "letter",
    "corner",
    "village",
    "music",
    "silver",
]
SIGNS = {"good": ["fine", "lovely", "great"], "bad": ["awful", "poor", "broken"]}

Row = Mapping[str, object]
TakeStages = Callable[..., tuple[SourceConfiguration, Stages]]


def labelled(rows: int, seed: int = 0) -> list[dict[str, object]]:
    """Return texts that words tell apart, each unlike the others."""
    chance = random.Random(seed)  # noqa: S311 (made-up texts)
    found: list[dict[str, object]] = []
    for number in range(rows):
        label = chance.choice(list(SIGNS))
        words = [*chance.choices(WORDS, k=10), *chance.choices(SIGNS[label], k=3)]
        chance.shuffle(words)
        found.append({"text": " ".join([*words, f"w{number}"]), "label": label})
    return found


@pytest.fixture
def take(tmp_path: Path) -> TakeStages:
    """Write rows into files, and take the stages of their preparation as far as they go."""

    def take_them(
        rows: Sequence[Row] | Mapping[str, Sequence[Row]], **settings: object
    ) -> tuple[SourceConfiguration, Stages]:
        files = rows if isinstance(rows, Mapping) else {"rows": rows}
        for name, each in files.items():
            content = "\n".join(json.dumps(row, ensure_ascii=False) for row in each)
            (tmp_path / f"{name}.jsonl").write_text(content, encoding="utf-8")
        source = read_configuration(
            {
                "name": "made_up",
                "paths": str(tmp_path / "*.jsonl"),
                "text_columns": ["text"],
                "label_column": "label",
                **settings,
            }
        )
        stages = Stages()
        with source_files(source) as found:
            try:
                take_stages(source, found, stages)
            except DataError as error:
                stages.validated.note(f"refused: {error}", "here")
        return source, stages

    return take_them
