"""The sweep of `configs/sweep.yaml`, with the code by which W&B's own agent starts a run."""

import random
import sys
from pathlib import Path
from typing import Any, cast

import pytest
import yaml  # type: ignore[import-untyped]
from omegaconf import DictConfig, OmegaConf
from wandb.wandb_agent import Agent

from textops.installation import configuration_folder
from textops.training.configuration import compose_configuration
from textops.training.override_check import flat
from textops.training.run import Run

SMALL = (
    "data=synthetic",
    "data.synthetic.rows=200",
    "data.synthetic.words=10",
    "model.tokenizer.word_bits=10",
    "model.tokenizer.character_bits=10",
    "trainer.max_epochs=1",
)
SECONDS = 240


@pytest.fixture
def sweep() -> dict[str, Any]:
    text = (configuration_folder() / "sweep.yaml").read_text(encoding="utf-8")
    return cast("dict[str, Any]", yaml.safe_load(text))


def typed(sweep: dict[str, Any]) -> list[str]:
    """Return what stands in the command beside the parameters."""
    return [part for part in sweep["command"] if "=" in part]


def drawn(sweep: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    return {
        key: chance.choice(choice["values"]) if "values" in choice else chance.uniform(choice["min"], choice["max"])
        for key, choice in sweep["parameters"].items()
    }


def test_each_parameter_is_a_key_whose_values_fit(sweep: dict[str, Any]) -> None:
    # given
    configuration = compose_configuration(typed(sweep))
    known = flat(cast("dict[str, Any]", OmegaConf.to_container(configuration, resolve=True)))
    values = {
        key: choice.get("values", [choice.get("min"), choice.get("max")]) for key, choice in sweep["parameters"].items()
    }
    # then: each value comes once, along with values of the others
    assert values.keys() <= known.keys()
    for place in range(max(map(len, values.values()))):
        chosen = {key: choices[place % len(choices)] for key, choices in values.items()}
        configuration = compose_configuration([*typed(sweep), *(f"{key}={value}" for key, value in chosen.items())])
        assert {key: OmegaConf.select(configuration, key) for key in chosen} == chosen


def test_what_the_sweep_waits_for_is_logged_and_judged(sweep: dict[str, Any]) -> None:
    # given
    configuration = compose_configuration(typed(sweep))
    # then
    assert sweep["metric"] == {"name": configuration.callbacks.checkpoint.monitor, "goal": "minimize"}
    assert configuration.callbacks.checkpoint.mode == "min"
    assert sweep["method"] == "bayes"
    assert sweep["early_terminate"]["type"] == "hyperband"
    assert sweep["early_terminate"]["min_iter"] < configuration.trainer.max_epochs
    assert "wandb" in configuration.logger


@pytest.mark.usefixtures("without_coverage")
@pytest.mark.slow
def test_two_agents_train_at_once_without_disturbing_each_other(
    sweep: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: agents that have heard of the sweep, in one folder, without prepared data and without an account
    monkeypatch.chdir(tmp_path)
    for name, value in {"WANDB_MODE": "offline", "WANDB_DIR": str(tmp_path), "WANDB_SILENT": "true"}.items():
        monkeypatch.setenv(name, value)
    for name in ("WANDB_RUN_ID", "WANDB_SWEEP_ID", "WANDB_SWEEP_PARAM_PATH"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("WANDB_SWEEP_ID", "sweep1")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    command = [*sweep["command"][:-1], *SMALL, sweep["command"][-1]]
    chance = random.Random(0)  # noqa: S311 (no secret)
    values = {name: drawn(sweep, chance) for name in ("first1", "second2")}
    agents = {name: Agent(api=None, queue=None, sweep_id="sweep1") for name in values}
    # when
    for name, agent in agents.items():
        agent._sweep_command = list(command)  # noqa: SLF001 (what the server tells it)
        arguments = {key: {"value": value} for key, value in values[name].items()}
        order = {"run_id": name, "program": sweep["program"], "args": arguments}
        agent._command_run(order)  # type: ignore[no-untyped-call] # noqa: SLF001 (as does its loop)
    codes = [agent._run_processes[name].wait(SECONDS) for name, agent in agents.items()]  # noqa: SLF001
    # then
    assert codes == [0, 0]
    runs = [Run.load(path.parent) for path in tmp_path.glob("outputs/*/*/run.json")]
    found = [{key: OmegaConf.select(run.configuration, key) for key in sweep["parameters"]} for run in runs]
    assert sorted(found, key=str) == sorted(values.values(), key=str)
    assert all(isinstance(run.configuration, DictConfig) and run.record.epochs == 1 for run in runs)
    assert Run.load(tmp_path / "models/latest").folder in {run.folder for run in runs}
    records = {path.stem for path in tmp_path.rglob("run-*.wandb")}
    assert records == {"run-first1", "run-second2"}
