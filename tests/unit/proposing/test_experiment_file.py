"""The experiment file says to Hydra what was meant, whatever columns and classes are called."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omegaconf import OmegaConf

from textops.data.configuration import SourceConfiguration, read_configuration
from textops.proposing.experiment_file import experiment_yaml
from textops.proposing.model import ModelChoice, fitting_model
from textops.training.configuration import compose_configuration
from textops.training.source import source_of

NAMES = st.text(min_size=1, max_size=20).filter(lambda name: name != "???" and name.isprintable())
HOSTILE = (
    "${oc.env:HOME}", "\\${x}", "\\\\${x}", "a\nb: c", "# no comment", "1e3", "0x10", "yes", "null", "~", "2024-01-01",
    "{a: b}", "[a", "- a", "'", '"', "&a", "*a", "!tag", "%", "@", "`", "a: b", " a ", "\u2028", "текст", "标题",
    "1_000", ".5", "+1",
)  # fmt: skip


def read_back(source: SourceConfiguration) -> SourceConfiguration:
    content = OmegaConf.to_container(OmegaConf.create(experiment_yaml(source, ModelChoice())), resolve=True)
    assert isinstance(content, dict)
    return read_configuration(content["data"])


def configured(text: str, label: str) -> SourceConfiguration:
    return read_configuration(
        {
            "name": "x",
            "paths": ["a.csv", f"{text}.csv"],
            "text_columns": [text],
            "label_column": label,
            "label_names": {text: label, label: text},
            "ignore_labels": [text],
        }
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_come_back(name: str) -> None:
    source = configured(name, "label")
    assert read_back(source) == source


@settings(max_examples=150)
@given(NAMES, NAMES)
def test_any_names_come_back(text: str, label: str) -> None:
    if text != label:
        source = configured(text, label)
        assert read_back(source) == source


def test_remarks_stay_comments() -> None:
    source = configured("text", "label")
    written = experiment_yaml(source, ModelChoice(), ("one\nname: evil", "two\u2028name: evil", "three\x85name: evil"))
    assert OmegaConf.create(written).name == "x"


def test_hydra_composes_it_from_the_folder_where_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    source = configured("${oc.env:HOME}", "label")
    folder = tmp_path / "configs" / "experiment"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(experiment_yaml(source, fitting_model(100, 500)), encoding="utf-8")
    # when
    configuration = compose_configuration(["experiment=mine", "seed=3"])
    # then
    assert source_of(configuration) == source
    assert configuration.model.max_epochs == 10
    assert list(configuration.model.encoder.step_sizes) == [10.0]
