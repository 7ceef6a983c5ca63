"""What a search came to."""

import json
import shlex
from pathlib import Path

import optuna
import pytest
import yaml  # type: ignore[import-untyped]
from omegaconf import DictConfig, OmegaConf
from optuna.trial import TrialState

from textops.errors import ConfigurationError
from textops.search.parameters import read_search_space
from textops.search.results import finish_search, repeating_command
from textops.search.settings import read_search_settings
from textops.search.trials import FOLDER, MESSAGE
from textops.training.configuration import compose_configuration

ARGUMENTS = [
    "search=custom",
    "data=synthetic",
    "model=lstm",
    "name='имя с пробелом'",
    "model.encoder.dropout=interval(0,0.5)",
    "optimizer.lr=0.1,0.2",
    "search.trials=3",
]


@pytest.fixture
def configuration(tmp_path: Path) -> DictConfig:
    composed = compose_configuration([text for text in ARGUMENTS if "interval" not in text and ",0" not in text])
    OmegaConf.update(composed, "paths.latest", str(tmp_path / "models/latest"))
    OmegaConf.update(composed, "hydra", {"sweep": {"dir": str(tmp_path / "multirun")}}, force_add=True)
    return composed


def study_of(configuration: DictConfig, ends: list[float | str]) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    space = read_search_space(ARGUMENTS, configuration)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for end in ends:
        trial = study.ask()
        for part in space.parameters:
            part.suggest(trial)
        folder = Path(str(configuration.hydra.sweep.dir), str(trial.number))
        trial.set_user_attr(FOLDER, str(folder))
        if isinstance(end, str):
            trial.set_user_attr(MESSAGE, end)
            study.tell(trial, state=TrialState.FAIL)
        else:
            study.tell(trial, end)
    return study


def test_the_best_trial_is_written_down_and_the_latest_run_is_its_run(
    configuration: DictConfig, tmp_path: Path
) -> None:
    # given
    study = study_of(configuration, [0.5, 0.2, 0.9, "diverged"])
    (tmp_path / "multirun/1").mkdir(parents=True)
    (tmp_path / "multirun/1/run.json").write_text("{}")
    space, settings = read_search_space(ARGUMENTS, configuration), read_search_settings(configuration)
    # when
    finish_search(configuration, settings, space, study)
    # then
    assert (tmp_path / "models/latest").resolve() == (tmp_path / "multirun/1").resolve()
    short = yaml.safe_load((tmp_path / "multirun/optimization_results.yaml").read_text())
    assert short == {"name": "optuna", "best_params": study.best_params, "best_value": 0.2}
    document = json.loads((tmp_path / "multirun/optimization_results.json").read_text())
    assert document["trials"] == {"complete": 3, "fail": 1}
    assert document["best"]["trial"] == 1
    assert document["best"]["params"] == study.best_params


def test_a_best_run_on_another_machine_leaves_the_link_alone(configuration: DictConfig, tmp_path: Path) -> None:
    # given
    study = study_of(configuration, [0.5])
    space, settings = read_search_space(ARGUMENTS, configuration), read_search_settings(configuration)
    # when
    finish_search(configuration, settings, space, study)
    # then
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize(("ends", "message"), [(["first", "last"], "the last one said: last"), ([], "none of the 0")])
def test_a_search_of_which_nothing_came_through_says_why(
    configuration: DictConfig, ends: list[float | str], message: str
) -> None:
    # given
    space, settings = read_search_space(ARGUMENTS, configuration), read_search_settings(configuration)
    # when, then
    with pytest.raises(ConfigurationError, match=message):
        finish_search(configuration, settings, space, study_of(configuration, ends))


def test_the_command_of_the_best_trial_gives_its_configuration(configuration: DictConfig) -> None:
    # given
    study = study_of(configuration, [0.5])
    space = read_search_space(ARGUMENTS, configuration)
    # when
    command = shlex.split(repeating_command(space, study.best_trial))
    # then
    assert command[:2] == ["textops", "train"]
    assert not [text for text in command if text.startswith("search")]
    repeated = compose_configuration(command[2:])
    assert repeated.model.name == "lstm"
    assert repeated.name == "имя с пробелом"
    assert repeated.model.encoder.dropout == study.best_params["model.encoder.dropout"]
    assert repeated.optimizer.lr == study.best_params["optimizer.lr"]
    assert "pruning" not in repeated.callbacks


def test_what_the_file_of_a_search_sets_is_part_of_the_command() -> None:
    # given
    arguments = ["search=lstm", "data=synthetic"]
    configuration = compose_configuration(arguments)
    space = read_search_space(arguments, configuration)
    study = optuna.create_study()
    trial = study.ask()
    for part in space.parameters:
        part.suggest(trial)
    study.tell(trial, 1.0)
    # when
    command = shlex.split(repeating_command(space, study.best_trial))
    # then
    repeated = compose_configuration(command[2:])
    assert repeated.model.name == "lstm"
    assert repeated.model.encoder.state_dimension == study.best_params["model.encoder.state_dimension"]
