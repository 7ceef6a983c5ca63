"""Which trainings can go on."""

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from textops.errors import ConfigurationError
from textops.training.configuration import compose_configuration
from textops.training.resumption import broken_off
from textops.training.run import begin_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a training that was broken off."""
    folder = tmp_path / "run"
    begin_run(folder, compose_configuration(["data=synthetic", "seed=7"], folder))
    return folder


def test_a_training_goes_on_with_the_settings_it_began_with(run: Path) -> None:
    # when
    configuration = broken_off(run)
    # then
    assert configuration == OmegaConf.load(run / "config.yaml")
    assert configuration.seed == 7


def test_a_folder_that_was_moved_is_written_to_where_it_is_now(run: Path, tmp_path: Path) -> None:
    # given
    moved = run.rename(tmp_path / "moved")
    # when
    configuration = broken_off(moved)
    # then
    assert configuration.paths.run == str(moved)
    assert configuration.callbacks.checkpoint.dirpath == f"{moved}/checkpoints"
    assert str(run) not in OmegaConf.to_yaml(configuration)


def test_what_has_come_to_its_end_does_not_go_on(run: Path) -> None:
    # given
    (run / "run.json").write_text("{}")
    # when, then
    with pytest.raises(ConfigurationError):
        broken_off(run)


def test_a_folder_that_is_no_run_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="neither a run nor a bundle"):
        broken_off(tmp_path)
