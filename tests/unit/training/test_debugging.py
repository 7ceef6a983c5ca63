"""Short trainings."""

from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig
from pytorch_lightning import LightningModule, Trainer

from textops.errors import ConfigurationError
from textops.training.assembly import make_trainer
from textops.training.debugging import LimitedBatches, not_finite_gradient
from textops.training.train import train

Composer = Callable[..., DictConfig]


@pytest.mark.slow
@pytest.mark.parametrize(("share", "training"), [(0.01, 1), (0.5, 2), (0.6, 3), (1, 4)])
def test_a_share_of_the_batches_is_rounded_up(
    compose_small: Composer, monkeypatch: pytest.MonkeyPatch, share: float, training: int
) -> None:
    # given: 4 batches of 64 for training, 1 for validation
    limits: list[tuple[int, int]] = []
    setup = LimitedBatches.setup

    def spied(self: LimitedBatches, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        setup(self, trainer, pl_module, stage)
        limits.append((trainer.limit_train_batches, trainer.limit_val_batches))  # type: ignore[arg-type]

    monkeypatch.setattr(LimitedBatches, "setup", spied)
    # when
    train(compose_small("debug=limited", f"callbacks.limited_batches.share={share}", "trainer.max_epochs=1"))
    # then
    assert limits == [(training, 1)]


@pytest.mark.parametrize("share", [0, -0.1, 1.1])
def test_a_share_that_is_none_is_told(compose_small: Composer, share: float) -> None:
    with pytest.raises(ConfigurationError, match=f"share={share}"):
        make_trainer(compose_small("debug=limited", f"callbacks.limited_batches.share={share}"))


@pytest.mark.slow
@pytest.mark.parametrize("model", ["model=ngram", "model=cnn"])
def test_one_batch_is_learned_by_heart(compose_small: Composer, lines: list[str], model: str) -> None:
    # when
    run = train(compose_small("debug=overfit", model, "trainer.max_epochs=300"))
    # then
    assert [line for line in lines if line.startswith("SUCCESS Learned by heart")]
    assert run.record.epochs < 300


@pytest.mark.slow
def test_a_batch_that_is_not_learned_is_told(compose_small: Composer, lines: list[str], tmp_path: Path) -> None:
    # when: steps that are too small to learn anything
    train(compose_small("debug=overfit", "trainer.max_epochs=10", "optimizer.lr=1e-9"))
    # then
    assert [line for line in lines if line.startswith("WARNING Not learned by heart: training loss 0.69")]
    assert (tmp_path / "run/run.json").exists()


ENCODER = """
from textops.models.cnn import CnnEncoder

class Broken(CnnEncoder):
    def forward(self, input_ids):
        logits = super().forward(input_ids)
        return logits + (logits * 0).sqrt()
"""


@pytest.mark.slow
def test_an_operation_whose_gradient_is_not_finite_is_named_in_one_line(
    compose_small: Composer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given: a loss like any other, and behind it a gradient that is none
    (tmp_path / "broken_encoder.py").write_text(ENCODER)
    monkeypatch.syspath_prepend(tmp_path)
    configuration = compose_small("debug=anomaly", "model=cnn", "model.encoder._target_=broken_encoder.Broken")
    # when, then
    with pytest.raises(
        ConfigurationError, match=r"a gradient is no finite number: .*'MulBackward0'.*; mend that operation"
    ) as raised:
        train(configuration)
    assert "\n" not in str(raised.value)


def test_another_error_is_left_alone() -> None:
    assert not_finite_gradient(RuntimeError("shapes do not match")) is None
