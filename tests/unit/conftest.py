"""Small real trainings, for the rooms that need them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig

from textops.training.configuration import compose_configuration

SMALL = (
    "data=synthetic",
    "data.synthetic.rows=300",
    "data.synthetic.words=20",
    "trainer.max_epochs=2",
)
SMALL_TABLES = ("model.tokenizer.word_bits=12", "model.tokenizer.character_bits=12")


@pytest.fixture
def compose_small(tmp_path: Path) -> Callable[..., DictConfig]:
    """Compose a configuration that trains within a second, all of it below tmp_path."""

    def compose(*overrides: str, run: str = "run") -> DictConfig:
        hashed = not any(override.startswith("model=") and override != "model=ngram" for override in overrides)
        tables = SMALL_TABLES if hashed else ()
        folders = [
            f"paths.processed={tmp_path}/processed",
            f"paths.tokens={tmp_path}/tokens",
            f"paths.latest={tmp_path}/latest",
        ]
        return compose_configuration([*SMALL, *tables, *overrides, *folders], tmp_path / run)

    return compose
