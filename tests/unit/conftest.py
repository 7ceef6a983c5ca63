"""Small real trainings, for the rooms that need them, and configurations that are read quickly."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path

import omegaconf._utils
import omegaconf.base
import pytest
import yaml  # type: ignore[import-untyped]
from loguru import logger
from omegaconf import DictConfig

from textops.training.configuration import compose_configuration

SMALL = (
    "data=synthetic",
    "data.synthetic.rows=300",
    "data.synthetic.words=20",
    "trainer.max_epochs=2",
)
SMALL_TABLES = ("model.tokenizer.word_bits=12", "model.tokenizer.character_bits=12")


@pytest.fixture(scope="session", autouse=True)
def _quick_configurations() -> Iterator[None]:
    """Let OmegaConf read YAML with the half of PyYAML that is written in C, and each interpolation once.

    The unit tests compose a thousand configurations of the same files; what comes of them is the same, in three
    quarters of the time. The other tests read them as users do.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml, "SafeLoader", yaml.CSafeLoader)
        loader = omegaconf._utils.get_yaml_loader()  # noqa: SLF001 (there is no public switch)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(omegaconf._utils, "get_yaml_loader", lambda: loader)  # noqa: SLF001
        patch.setattr(omegaconf.base, "parse", functools.cache(omegaconf.base.parse))  # type: ignore[attr-defined]
        yield


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


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What is logged, each line with its level."""
    found: list[str] = []
    sink = logger.add(found.append, format="{level} {message}")
    yield found
    logger.remove(sink)
