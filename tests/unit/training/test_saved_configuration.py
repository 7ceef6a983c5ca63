"""The configuration that a run and a bundle keep."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from omegaconf import DictConfig, OmegaConf

from textops.bundle import DataReference, Manifest, ReviewBand, seal
from textops.errors import BundleError, ConfigurationError
from textops.training.configuration import compose_configuration
from textops.training.run import begin_run
from textops.training.saved_configuration import is_hidden, portable_yaml, read_saved, with_other_folder

Composer = Callable[..., DictConfig]


def bundle_in(folder: Path, *, configuration: str | None) -> Path:
    folder.mkdir()
    for name in ("model.onnx", "tokenizer.json"):
        (folder / name).write_text(name)
    if configuration is not None:
        (folder / "config.yaml").write_text(configuration)
    manifest = Manifest(
        name="news",
        encoder="ngram",
        classes=("a", "b"),
        max_tokens=None,
        temperature=1.0,
        review=ReviewBand(below=0.5, share=0.1, accuracy_outside=0.9),
        metrics={},
        data=DataReference(name="news", fingerprint="f" * 64, train_examples=1, test_examples=1),
        git_commit=None,
    )
    seal(folder, manifest)
    return folder


def test_a_run_that_did_not_come_to_its_end_can_be_repeated(tmp_path: Path) -> None:
    # given
    begin_run(tmp_path / "run", compose_configuration(["seed=7"], tmp_path / "run"))
    # when
    saved = read_saved(tmp_path / "run")
    # then
    assert saved.content["seed"] == 7
    assert saved.fingerprint is None


def test_a_bundle_gives_its_configuration_and_the_fingerprint_of_its_data(tmp_path: Path) -> None:
    # given
    bundle = bundle_in(tmp_path / "bundle", configuration=portable_yaml(compose_configuration(["seed=7"], tmp_path)))
    # when
    saved = read_saved(bundle)
    # then
    assert (saved.content["seed"], saved.fingerprint) == (7, "f" * 64)


def test_an_altered_bundle_and_one_of_old_are_refused(tmp_path: Path) -> None:
    # given
    altered = bundle_in(tmp_path / "altered", configuration=portable_yaml(compose_configuration([], tmp_path)))
    (altered / "config.yaml").write_text("seed: 8")
    old = bundle_in(tmp_path / "old", configuration=None)
    # when, then
    with pytest.raises(BundleError, match="was altered"):
        read_saved(altered)
    with pytest.raises(ConfigurationError, match="says not how it was trained"):
        read_saved(old)


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe\x00", b"- 1", b"seed: 1", b""], ids=repr)
def test_what_is_no_configuration_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    # given
    (tmp_path / "config.yaml").write_bytes(content)
    # when, then
    with pytest.raises(ConfigurationError, match=r"config\.yaml") as raised:
        read_saved(tmp_path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["nowhere", "empty", "file"])
def test_a_folder_without_a_run_is_told(tmp_path: Path, name: str) -> None:
    # given
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    # when, then
    with pytest.raises(ConfigurationError, match=r"neither a run nor a bundle.*name@alias"):
        read_saved(tmp_path / name)


def test_what_leaves_the_machine_names_no_folder_of_it_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    configuration = compose_configuration(
        [
            "experiment=isot",
            f"paths.raw={tmp_path}/corpora",
            f"+callbacks.mine={{_target_: a.B, file: '{tmp_path}/mine.txt', api_key: hunter2}}",
            "logger=mlflow",
            "logger.mlflow.uri='postgresql://me:hunter2@database/runs'",
        ],
        tmp_path / "outputs/run",
    )
    # when
    text = portable_yaml(configuration)
    # then
    content: dict[str, Any] = yaml.safe_load(text)
    assert text.startswith("# ")
    assert "hunter2" not in text
    assert str(tmp_path) not in text
    assert "paths" not in content
    assert content["data"]["paths"] == "${paths.raw}/isot"
    assert content["callbacks"]["checkpoint"]["dirpath"] == "${paths.run}/checkpoints"
    assert content["callbacks"]["mine"]["file"] == "mine.txt"
    assert content["logger"]["mlflow"]["uri"] == "postgresql://***@database/runs"


def test_a_trial_of_a_search_becomes_a_training_like_any_other(tmp_path: Path) -> None:
    # given
    configuration = compose_configuration(["search=ngram", "optimizer.lr=0.3"], tmp_path)
    # when
    content = yaml.safe_load(portable_yaml(configuration))
    # then
    assert "search" not in content
    assert "pruning" not in content["callbacks"]
    assert content["optimizer"]["lr"] == 0.3


def test_another_folder_takes_the_place_of_that_of_the_run() -> None:
    # given
    content: dict[str, Any] = {
        "paths": {"run": "outputs/1"},
        "a": ["outputs/1", "outputs/1/x", "outputs/12", "y/outputs/1"],
        "b": 3,
    }
    # when
    moved = with_other_folder(content)
    # then
    assert moved["a"] == ["${paths.run}", "${paths.run}/x", "outputs/12", "y/outputs/1"]
    assert content["a"][0] == "outputs/1"
    assert with_other_folder({"a": "b"}) == {"a": "b"}
    # of a bundle, where what is empty stays empty
    assert with_other_folder({"data": {"name": ""}}) == {"data": {"name": ""}}


@pytest.mark.parametrize(
    ("value", "hidden"),
    [
        ("***", True),
        ("postgresql://***@host/x", True),
        ("https://a.b/c?token=***&x=1", True),
        ("a*** b", False),
        ("x", False),
        (3, False),
        (None, False),
    ],
)
def test_a_secret_that_was_hidden_is_seen_as_such(value: object, *, hidden: bool) -> None:
    assert is_hidden(value) is hidden


def test_what_begin_run_writes_can_be_read_back(compose_small: Composer, tmp_path: Path) -> None:
    # given
    configuration = compose_small("seed=5")
    begin_run(tmp_path / "run", configuration)
    # when, then
    assert read_saved(tmp_path / "run").content == OmegaConf.to_container(configuration, resolve=True)
