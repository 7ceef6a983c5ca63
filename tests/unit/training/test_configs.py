"""Every file of every group: it composes, and opens with the command that uses it."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig, OmegaConf

from textops.installation import configuration_folder
from textops.training.arguments import checked_arguments
from textops.training.configuration import compose_configuration
from textops.training.run import Run
from textops.training.train import train

Composer = Callable[..., DictConfig]
ROOT = configuration_folder()
# Suites of behaviour tests are no group of the configuration.
FILES = sorted(path for path in ROOT.rglob("*.yaml") if path.parent.name != "behaviour")
# What begins with an underscore is what the choices have in common.
CHOICES = [path for path in FILES if path.parent != ROOT and not path.stem.startswith("_")]
COLUMNS = ("data.text_columns=[title,body]", "data.label_column=stars")
# Where what is read is not known before somebody says it.
OWN_DATA = {
    "csv": ("data.paths=reviews.csv", *COLUMNS),
    "sql": ("data.sql.url=env:DATABASE", "data.sql.query='SELECT 1'", *COLUMNS),
    "huggingface": ("data.huggingface.path=owner/name", *COLUMNS),
}
_PACKAGE = re.compile(r"# @package \w+\n")
_COMMAND = re.compile(r"# .+: (?:\w+=\S+ )*textops (train|prepare|optimize) (.+)")


def group_of(path: Path) -> str:
    return path.parent.relative_to(ROOT).as_posix()


def named(path: Path) -> str:
    return f"{group_of(path)}={path.stem}"


def command_of(path: Path) -> tuple[str, list[str]]:
    """Return the verb and the arguments of the command that a file opens with."""
    first = _PACKAGE.sub("", path.read_text(), count=1).splitlines()[0]
    match = _COMMAND.fullmatch(first)
    assert match is not None, first
    return match[1], shlex.split(match[2])


def choice_of(path: Path) -> list[str]:
    own = OWN_DATA.get(path.stem, ()) if group_of(path) in {"data", "experiment"} else ()
    search = ("search=custom",) if group_of(path).startswith("search/") else ()
    return [*search, named(path), *own]


@pytest.mark.parametrize("path", CHOICES, ids=named)
def test_each_file_opens_with_a_command_that_composes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given: a machine on which all of them can be used
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    verb, arguments = command_of(path)
    # when: each parameter of a search is checked where its own file is
    if verb == "prepare" or group_of(path).startswith("search/"):
        compose_configuration([argument for argument in arguments if argument != "-m"])
    else:
        checked_arguments(arguments)
    # then
    used = group_of(path).partition("/")[0]
    assert (
        any(argument.startswith((f"{used}=", f"{used}.", f"+{used}.")) for argument in arguments) or path.stem[0] == "_"
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_each_file_opens_with_what_it_is_for(path: Path) -> None:
    first = _PACKAGE.sub("", path.read_text(), count=1).splitlines()[0]
    assert re.match(r"# \S.*(\b(textops|wandb) \w+ |not a \w+ by itself)", first)


# Of many, the command that the file opens with says just that.
@pytest.mark.parametrize("path", [path for path in CHOICES if command_of(path)[1] != choice_of(path)], ids=named)
def test_each_choice_composes(path: Path) -> None:
    assert OmegaConf.to_container(compose_configuration(choice_of(path)), resolve=True)


@pytest.mark.parametrize("path", CHOICES, ids=named)
def test_each_choice_composes_with_another_model(path: Path) -> None:
    # when
    other = compose_configuration([*choice_of(path), "model=cnn", "optimizer=adamw"])
    # then
    assert (other.model.name, other.optimizer._target_) == ("cnn", "torch.optim.AdamW")


@pytest.mark.parametrize("name", sorted({path.stem for path in (ROOT / "data").glob("[!_]*.yaml")} - {*OWN_DATA}))
def test_each_data_set_has_an_experiment(name: str) -> None:
    # when
    configuration = compose_configuration([f"experiment={name}"])
    # then: named as the data, so that the model is found under the same name in the registry
    assert configuration.data.name == configuration.name == name


def test_the_command_line_has_the_last_word_over_an_experiment() -> None:
    # when
    configuration = compose_configuration(
        ["experiment=isot_titles", "model=lstm", "data.split.rule=hash", "name=mine", "trainer.max_epochs=1"]
    )
    # then
    assert (configuration.model.name, configuration.optimizer._target_) == ("lstm", "torch.optim.AdamW")
    assert (configuration.data.split.rule, configuration.name, configuration.trainer.max_epochs) == ("hash", "mine", 1)


@pytest.mark.parametrize("path", sorted((ROOT / "debug").glob("[!_]*.yaml")), ids=lambda path: path.stem)
def test_no_debug_switch_touches_the_last_real_run_or_the_name_of_the_model(path: Path) -> None:
    # when
    usual = compose_configuration(["experiment=isot"])
    configuration = compose_configuration(["experiment=isot", f"debug={path.stem}"])
    # then
    assert configuration.paths.latest != usual.paths.latest
    assert configuration.name not in {usual.name, usual.data.name}


@pytest.mark.slow
@pytest.mark.parametrize("switch", ["fast", "limited", "anomaly"])
def test_a_training_with_a_debug_switch_leaves_a_run(compose_small: Composer, switch: str) -> None:
    # when
    run = train(compose_small(f"debug={switch}"))
    # then
    assert Run.load(run.folder).record.name == "debug"
    assert run.record.epochs == 2  # which compose_small asks for


def test_a_multi_node_trainer_takes_the_number_of_machines_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given
    monkeypatch.setenv("NUM_NODES", "4")
    # when, then
    assert compose_configuration(["trainer=multi_node"]).trainer.num_nodes == 4
