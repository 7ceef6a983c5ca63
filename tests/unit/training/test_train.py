"""Training, with real small runs."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from omegaconf import DictConfig, OmegaConf

from textops.errors import ConfigurationError
from textops.text.ngrams import NgramTokenizer
from textops.training.assembly import make_encoder
from textops.training.run import Run, point_latest
from textops.training.train import train

Composer = Callable[..., DictConfig]
pytestmark = pytest.mark.slow
SMALL_ENCODERS = {
    "lstm": ("model.encoder.state_dimension=8",),
    "cnn": ("model.encoder.filters=8",),
    "transformer": ("model.encoder.dimension=16",),
}


def weights_of(run: Run) -> dict[str, torch.Tensor]:
    return run.encoder().state_dict()


def same(first: Run, second: Run) -> bool:
    return all(torch.equal(value, weights_of(second)[name]) for name, value in weights_of(first).items())


@pytest.mark.parametrize("model", ["ngram", "lstm", "cnn", "transformer"])
def test_the_same_seed_gives_the_same_weights_and_another_seed_others(compose_small: Composer, model: str) -> None:
    # given
    small = (f"model={model}", *SMALL_ENCODERS.get(model, ()))
    # when
    first = train(compose_small(*small, "seed=0", run="first"))
    again = train(compose_small(*small, "seed=0", run="again"))
    other = train(compose_small(*small, "seed=1", run="other"))
    # then
    assert same(first, again)
    assert not same(first, other)


def test_a_run_holds_what_made_it(compose_small: Composer, tmp_path: Path) -> None:
    # when
    run = train(compose_small())
    # then
    assert (tmp_path / "latest").resolve() == run.folder == (tmp_path / "run").resolve()
    assert not OmegaConf.to_yaml(run.configuration).count("${")
    assert run.record.classes == tuple(sorted(run.record.classes))
    assert run.record.epochs == 2
    assert run.record.validation_loss < 0.69
    assert (run.folder / run.record.checkpoint).is_file()
    assert (run.folder / "logs/metrics.csv").read_text().count("\n") > 2


def test_a_run_that_is_not_finished_or_damaged_is_refused(compose_small: Composer, tmp_path: Path) -> None:
    # given
    run = train(compose_small())
    (run.folder / run.record.checkpoint).unlink()
    # when, then
    with pytest.raises(ConfigurationError, match=r"best\.ckpt is missing"):
        run.encoder()
    for content in ("- a\n- b\n", "seed: 0\n", ""):
        (run.folder / "config.yaml").write_text(content)
        with pytest.raises(ConfigurationError, match=r"config\.yaml is damaged"):
            Run.load(run.folder)
    (run.folder / "run.json").write_text("{")
    with pytest.raises(ConfigurationError, match=r"run\.json is damaged"):
        Run.load(run.folder)
    with pytest.raises(ConfigurationError, match="no finished run"):
        Run.load(tmp_path / "elsewhere")


def test_a_checkpoint_of_another_model_is_refused(compose_small: Composer) -> None:
    # given
    run, other = train(compose_small()), train(compose_small("model.encoder.step_sizes=[1.0]", run="other"))
    (run.folder / run.record.checkpoint).write_bytes((other.folder / other.record.checkpoint).read_bytes())
    # when, then
    with pytest.raises(ConfigurationError, match="does not fit the model"):
        run.encoder()


def test_early_stopping_ends_a_training_that_does_not_improve(compose_small: Composer) -> None:
    # given: steps so small that nothing changes
    run = train(compose_small("trainer.max_epochs=9", "optimizer.lr=1e-30", "callbacks.early_stopping.patience=1"))
    # then
    assert run.record.epochs < 9


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("trainer.accelerator=gpu", "trainer cannot be made"),
        ("~callbacks.checkpoint", "no callback keeps a checkpoint"),
        ("batch_size=0", "batch_size"),
        ("optimizer.lr=-1", "optimizer"),
        ("model.tokenizer.word_bits=0", "word_bits=0"),
        ("optimizer._target_=torch.optim.Nothing", "optimizer cannot be made"),
        ("model.encoder._target_=torch.nn.Linear", "model.encoder cannot be made"),
        ("trainer._target_=builtins.dict", "no Lightning Trainer"),
    ],
)
def test_what_cannot_be_made_is_named_in_one_line(compose_small: Composer, override: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as raised:
        train(compose_small(override))
    assert "\n" not in str(raised.value)


def test_an_encoder_of_another_kind_is_refused() -> None:
    # given
    configuration = OmegaConf.create({"model": {"encoder": {"_target_": "operator.ne", "_partial_": True}}})
    # when, then
    with pytest.raises(ConfigurationError, match="no textops Encoder"):
        make_encoder(configuration, NgramTokenizer(), 2)


def test_latest_never_takes_the_place_of_a_real_folder(tmp_path: Path) -> None:
    # given
    (tmp_path / "latest").mkdir()
    # when, then
    with pytest.raises(ConfigurationError, match="not a link"):
        point_latest(tmp_path / "latest", tmp_path)


def test_hydra_runs_it_from_the_command_line_and_several_times_with_multirun(tmp_path: Path) -> None:
    # given
    command = [sys.executable, "-m", "textops.training.train", "data=synthetic", "data.synthetic.rows=300"]
    small = ["model.tokenizer.word_bits=10", "model.tokenizer.character_bits=10", "trainer.max_epochs=1"]
    # when
    result = subprocess.run(
        [*command, *small, "seed=0,1", "--multirun"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    # then
    assert result.returncode == 0, result.stderr
    assert len(list(tmp_path.glob("multirun/*/*/*/run.json"))) == 2


def test_hydra_ends_with_one_line_where_the_data_are_missing(tmp_path: Path) -> None:
    # given
    command = [sys.executable, "-m", "textops.training.train", "data=csv", "data.paths=nowhere.csv"]
    columns = ["data.text_columns=[text]", "data.label_column=label"]
    # when
    result = subprocess.run(
        [*command, *columns], cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ}
    )
    # then
    assert result.returncode == 2
    assert "nowhere.csv" in result.stderr
    assert "Traceback" not in result.stderr
