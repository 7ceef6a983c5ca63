"""Weights & Biases with its own signatures: stand-ins that refuse what the installed package would refuse."""

import sys
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock, create_autospec

import pytest
import wandb

from textops.registry import Registry, Version
from textops.registry.mirror_log import last_record
from textops.registry.wandb_mirror import WandbMirror, artifact_of, collection_of, main
from textops.training.tracking.names import artifact_name

MakeBundle = Callable[..., Path]

KEPT = "somebody/textops/model-tiny:v0"


@pytest.fixture
def version(tmp_path: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Version:
    for variable in ("WANDB_DATA_DIR", "WANDB_CACHE_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    return Registry(tmp_path / "registry").register(tiny_bundle)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """The run that `wandb.init` returns."""
    run: Mock = create_autospec(wandb.Run, instance=True)
    logged = create_autospec(wandb.Artifact, instance=True)
    logged.wait.return_value = logged
    logged.qualified_name = KEPT
    run.log_artifact.return_value = logged
    monkeypatch.setattr(wandb, "init", create_autospec(wandb.init, return_value=run))
    return run


@pytest.fixture
def linked(monkeypatch: pytest.MonkeyPatch) -> Mock:
    """The artifact that the API returns."""
    artifact: Mock = create_autospec(wandb.Artifact, instance=True)
    api = create_autospec(wandb.Api, instance=True)
    api.artifact.return_value = artifact
    monkeypatch.setattr(wandb, "Api", Mock(return_value=api))
    artifact.api = api
    return artifact


def test_an_artifact_holds_the_bundle_and_what_its_manifest_says(version: Version) -> None:
    artifact = artifact_of(version)

    assert (artifact.type, artifact.name) == ("model", "model-tiny")
    assert set(artifact.manifest.entries) == {path.name for path in version.path.iterdir()}
    assert artifact.metadata["metrics"]["accuracy"]["value"] == 0.9
    assert artifact.metadata["textops_version"] == "tiny/1"
    assert "files" not in artifact.metadata


def test_it_has_the_name_that_the_training_gives_it(version: Version) -> None:
    assert artifact_of(version).name == artifact_name("model", "tiny")


def test_a_version_is_logged_waited_for_and_named(version: Version, run: Mock) -> None:
    with WandbMirror("wandb-registry-model") as mirror:
        kept = mirror.keep(version)

    assert kept == KEPT
    (artifact,) = run.log_artifact.call_args.args
    assert artifact.name == "model-tiny"
    assert run.log_artifact.call_args.kwargs == {"aliases": ["version-1"]}
    run.finish.assert_called_once_with(exit_code=0)


def test_a_run_is_begun_once_and_only_when_something_is_kept(version: Version, run: Mock) -> None:
    with WandbMirror("wandb-registry-model"):
        pass
    assert not wandb.init.called  # type: ignore[attr-defined]

    with WandbMirror("wandb-registry-model") as mirror:
        mirror.keep(version)
        mirror.keep(version)

    assert wandb.init.call_count == 1  # type: ignore[attr-defined]
    options = wandb.init.call_args.kwargs  # type: ignore[attr-defined]
    assert (options["mode"], options["project"], options["job_type"]) == ("online", "textops", "mirror")
    assert run.log_artifact.call_count == 2


def test_an_alias_is_a_link_in_the_collection_of_the_model(linked: Mock) -> None:
    WandbMirror("wandb-registry-model").point(KEPT, "tiny", "production")

    linked.api.artifact.assert_called_once_with(KEPT, type="model")
    linked.link.assert_called_once_with("wandb-registry-model/tiny", aliases=["production"])


def test_an_alias_that_means_a_version_at_wandb_is_left_out(linked: Mock) -> None:
    WandbMirror("wandb-registry-model").point(KEPT, "tiny", "v3")

    assert not linked.link.called


def test_models_in_other_scripts_have_a_collection_each() -> None:
    names = ["новости", "отзывы", "bbc_news", "bbc-news.2"]

    collections = [collection_of(name) for name in names]

    assert len(set(collections)) == len(names)
    assert collections[2:] == names[2:]
    assert all(collection.isascii() for collection in collections)


def test_the_process_mirrors_all_models_and_leaves_nothing_behind(
    version: Version, run: Mock, linked: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    registry = Registry(tmp_path / "registry")
    registry.point(version, "staging", after=None)
    monkeypatch.setattr(sys, "argv", ["wandb_mirror", str(registry.root), "wandb-registry-model"])
    # when
    main()
    main()
    # then
    assert run.log_artifact.call_count == 1
    linked.link.assert_called_once_with("wandb-registry-model/tiny", aliases=["staging"])
    record = last_record(registry, "tiny")
    assert (record.versions, record.aliases) == ({1: KEPT}, {"staging": 1})
