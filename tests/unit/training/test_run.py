"""The folder that a training leaves."""

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig, OmegaConf

from textops.errors import BundleError, ConfigurationError
from textops.models.ngram import NgramEncoder
from textops.text.ngrams import NgramTokenizer
from textops.training.configuration import compose_configuration
from textops.training.run import (
    Placement,
    Run,
    RunRecord,
    begin_run,
    check_latest,
    finish_run,
    make_folders,
    point_latest,
)

TOKENIZER = NgramTokenizer(word_bits=6, character_bits=6)


def record(**changes: object) -> RunRecord:
    fields: dict[str, object] = {
        "schema_version": 2,
        "name": "news",
        "dataset": "data/processed/news",
        "fingerprint": "f",
        "classes": ("a", "b"),
        "checkpoint": "checkpoints/best.ckpt",
        "epochs": 2,
        "training_seconds": 1.5,
        "validation_loss": 0.25,
        "git_commit": None,
    }
    return RunRecord.model_validate({**fields, **changes})


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> DictConfig:
    return compose_configuration(["data=synthetic"], tmp_path_factory.mktemp("run"))


@pytest.fixture
def run(tmp_path: Path, configuration: DictConfig) -> Run:
    """A finished run, as far as its files go."""
    folder = tmp_path / "run"
    encoder = NgramEncoder(TOKENIZER, 2)
    torch.nn.init.normal_(encoder.table.weight)
    (folder / "checkpoints").mkdir(parents=True)
    state = {f"encoder.{name}": value for name, value in encoder.state_dict().items()}
    torch.save({"state_dict": state}, folder / "checkpoints/best.ckpt")
    begin_run(folder, configuration)
    return finish_run(folder, record(), TOKENIZER)


def test_a_run_comes_back_as_it_was(run: Run) -> None:
    # when
    loaded = Run.load(run.folder)
    # then
    assert loaded.record == run.record == record(created=run.record.created)
    assert loaded.tokenizer() == TOKENIZER
    assert loaded.bundle == run.folder / "bundle"
    assert loaded.report == run.folder / "report"
    assert not loaded.encoder().training


def test_its_configuration_needs_nothing_from_outside(run: Run) -> None:
    # when
    text = (run.folder / "config.yaml").read_text()
    # then
    assert "${" not in text
    assert OmegaConf.create(text).batch_size == 64


def test_the_weights_are_those_of_the_checkpoint(run: Run) -> None:
    # given
    state = torch.load(run.folder / "checkpoints/best.ckpt", weights_only=True)["state_dict"]
    # when
    encoder = run.encoder()
    # then
    assert isinstance(encoder, NgramEncoder)
    assert torch.equal(encoder.table.weight, state["encoder.table.weight"])


def test_a_link_to_a_run_leads_to_it(run: Run, tmp_path: Path) -> None:
    # given
    point_latest(tmp_path / "latest", run.folder)
    # when, then
    assert Run.load(tmp_path / "latest").folder == run.folder.resolve()


def test_a_perfect_validation_loss_is_kept(run: Run) -> None:
    # when
    finished = finish_run(run.folder, record(validation_loss=0.0), TOKENIZER)
    # then
    assert Run.load(finished.folder).record.validation_loss == 0.0


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"name": "x"}'])
def test_a_damaged_record_is_named(run: Run, content: bytes) -> None:
    # given
    (run.folder / "run.json").write_bytes(content)
    # when, then
    with pytest.raises(ConfigurationError, match=r"run\.json is damaged"):
        Run.load(run.folder)


@pytest.mark.parametrize("content", [b"a: [", b"- a\n- b\n", b"\xff\xfe\xff", b"text", b"\0"])
def test_a_damaged_configuration_is_named(run: Run, content: bytes) -> None:
    # given
    (run.folder / "config.yaml").write_bytes(content)
    # when, then
    with pytest.raises(ConfigurationError, match=r"config\.yaml is damaged") as raised:
        Run.load(run.folder)
    assert "\n" not in str(raised.value)


def test_a_record_without_its_configuration_is_named(run: Run) -> None:
    # given
    (run.folder / "config.yaml").unlink()
    # when, then
    with pytest.raises(ConfigurationError, match=r"config\.yaml is damaged or cannot be read"):
        Run.load(run.folder)


def test_what_is_no_run_is_named(run: Run, tmp_path: Path) -> None:
    # given: a folder that is not there, one that is empty, a file, and a link that leads nowhere
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").symlink_to(tmp_path / "gone")
    # when, then
    for path in (tmp_path / "gone", tmp_path / "empty", run.folder / "run.json", tmp_path / "broken"):
        with pytest.raises(ConfigurationError, match=r"no finished run at .*textops train"):
            Run.load(path)


def test_a_record_that_is_a_folder_is_named(run: Run) -> None:
    # given
    (run.folder / "run.json").unlink()
    (run.folder / "run.json").mkdir()
    # when, then
    with pytest.raises(ConfigurationError, match=r"run\.json is damaged or cannot be read"):
        Run.load(run.folder)


def test_a_run_without_its_tokenizer_is_named(run: Run) -> None:
    # given
    (run.folder / "tokenizer.json").unlink()
    # when, then
    with pytest.raises(BundleError, match=r"tokenizer\.json"):
        run.encoder()


def no_checkpoint(path: Path) -> None:
    path.unlink()


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_text("no weights")


def without_weights(path: Path) -> None:
    torch.save({"epoch": 1}, path)


def test_a_run_of_the_first_schema_is_converted(run: Run) -> None:
    # given: it said no version, and its checkpoint named the table otherwise
    path = run.folder / run.record.checkpoint
    state = torch.load(path, weights_only=True)["state_dict"]
    state["encoder.table"] = state.pop("encoder.table.weight")
    torch.save({"state_dict": state}, path)
    document = json.loads((run.folder / "run.json").read_text())
    del document["schema_version"]
    (run.folder / "run.json").write_text(json.dumps(document))
    # when
    encoder = Run.load(run.folder).encoder()
    # then
    assert torch.equal(encoder.state_dict()["table.weight"], state["encoder.table"])


@pytest.mark.parametrize("version", [0, 3, "2"])
def test_a_run_of_a_schema_that_is_not_known_is_refused_by_name(run: Run, version: object) -> None:
    # given
    document = json.loads((run.folder / "run.json").read_text())
    (run.folder / "run.json").write_text(json.dumps({**document, "schema_version": version, "more": 1}))
    # when, then
    with pytest.raises(ConfigurationError, match=f"has schema version {version}, this textops reads up to 2"):
        Run.load(run.folder)


def only_a_number(path: Path) -> None:
    torch.save(1, path)


def a_pickle_that_would_run_code(path: Path) -> None:
    torch.save({"state_dict": {}, "code": os.system}, path)


def of_another_model(path: Path) -> None:
    encoder = NgramEncoder(TOKENIZER, 2, step_sizes=(1.0,))
    torch.save({"state_dict": {f"encoder.{name}": value for name, value in encoder.state_dict().items()}}, path)


def without_a_part(path: Path) -> None:
    torch.save({"state_dict": {"encoder.head": torch.tensor(0)}}, path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (no_checkpoint, r"best\.ckpt is missing"),
        (cut_short, r"best\.ckpt is damaged"),
        (empty, r"best\.ckpt is damaged"),
        (text, r"best\.ckpt is damaged"),
        (without_weights, r"best\.ckpt is damaged"),
        (only_a_number, r"best\.ckpt is damaged"),
        (a_pickle_that_would_run_code, r"best\.ckpt is damaged"),
        (of_another_model, "does not fit the model"),
        (without_a_part, "does not fit the model"),
    ],
)
def test_a_checkpoint_that_cannot_be_used_is_named(run: Run, damage: Callable[[Path], None], message: str) -> None:
    # given
    damage(run.folder / run.record.checkpoint)
    # when, then
    with pytest.raises(ConfigurationError, match=message) as raised:
        run.encoder()
    assert "\n" not in str(raised.value)


def test_latest_moves_from_run_to_run_and_survives_moving_everything(tmp_path: Path) -> None:
    # given
    home = tmp_path / "home"
    for name in ("first", "second"):
        (home / "outputs" / name).mkdir(parents=True)
    link = home / "models/latest"
    # when
    point_latest(link, home / "outputs/first")
    point_latest(link, home / "outputs/second")
    home.rename(tmp_path / "elsewhere")
    # then
    moved = tmp_path / "elsewhere/models/latest"
    assert moved.resolve() == tmp_path / "elsewhere/outputs/second"
    assert [path.name for path in moved.parent.iterdir()] == ["latest"]


def test_latest_is_replaced_even_if_it_leads_nowhere_or_a_kill_left_something(tmp_path: Path) -> None:
    # given
    link, folder = tmp_path / "latest", tmp_path / "run"
    folder.mkdir()
    link.symlink_to(tmp_path / "gone")
    (tmp_path / f".latest.{os.getpid()}").symlink_to(tmp_path / "gone")
    # when
    point_latest(link, folder)
    # then
    assert link.resolve() == folder.resolve()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["latest", "run"]


def test_there_is_no_moment_without_the_link(tmp_path: Path) -> None:
    # given: somebody who looks all the time
    link, folders = tmp_path / "latest", [tmp_path / "first", tmp_path / "second"]
    point_latest(link, folders[0])
    missed: list[OSError] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            try:
                link.readlink()
            except OSError as error:
                missed.append(error)

    watcher = threading.Thread(target=look)
    # when
    watcher.start()
    for number in range(300):
        point_latest(link, folders[number % 2])
    done.set()
    watcher.join()
    # then
    assert not missed


@pytest.mark.parametrize("make", [Path.mkdir, Path.touch])
def test_latest_never_takes_the_place_of_something_real(tmp_path: Path, make: Callable[[Path], None]) -> None:
    # given
    link = tmp_path / "latest"
    make(link)
    # when, then
    with pytest.raises(ConfigurationError, match="not a link to a run"):
        check_latest(link)
    with pytest.raises(ConfigurationError, match="not a link to a run"):
        point_latest(link, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["latest"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    # given
    (tmp_path / "file").touch()
    # when, then
    with pytest.raises(ConfigurationError, match=r"file/run cannot be made .*paths"):
        make_folders(tmp_path / "good", tmp_path / "file/run")


def test_the_record_says_when_it_was_made(run: Run) -> None:
    assert json.loads((run.folder / "run.json").read_text())["created"].endswith("Z")


def test_a_bundle_does_not_take_the_place_of_something_else(tmp_path: Path) -> None:
    # given
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").write_bytes(b"cat")
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    # when, then
    for name in ("photos", "file"):
        with pytest.raises(ConfigurationError, match=f"{name} holds something else than a bundle"):
            Run.load(tmp_path / "run", Placement(bundle=tmp_path / name))
    for name in ("empty", "not there"):
        Placement(bundle=tmp_path / name).check()
    assert (tmp_path / "photos" / "cat.png").read_bytes() == b"cat"
