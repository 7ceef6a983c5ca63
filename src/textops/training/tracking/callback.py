"""What trackers are told while a model trains, beside the curves that the model logs itself."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback, ModelCheckpoint
from torch.optim import Optimizer

from textops.data.dataset import Dataset
from textops.evaluation.calibration import fit_temperature, measure_reliability
from textops.evaluation.confusion_figure import draw_confusion
from textops.evaluation.figures import draw_reliability_diagram
from textops.evaluation.metrics import evaluate
from textops.inference.probabilities import softmax
from textops.models.classifier import Validated
from textops.training.tracking.curves import class_curves, has_several_labels, label_curves
from textops.training.tracking.most_wrong import most_wrong, without_texts
from textops.training.tracking.records import Histogram
from textops.training.tracking.settings import TrackingSettings
from textops.training.tracking.spread import confidence_histogram, gradient_histograms, weight_histograms
from textops.training.tracking.tracker import Tracker
from textops.training.tracking.tracking import trackers_of

FIGURES_PREFIX = "val"


class TrackingCallback(Callback):
    """Tells the trackers of a training learning rates, figures of each class, histograms, figures and mistakes."""

    def __init__(self, **settings: Any) -> None:  # noqa: ANN401 (checked at once)
        """Take the section `tracking` of the configuration.

        Raises:
            ConfigurationError: If a setting has a value that it cannot have.
        """
        self._settings = TrackingSettings.checked(settings)
        self._trackers: list[Tracker] = []
        self._with_figures: list[Tracker] = []
        self._with_histograms: list[Tracker] = []
        self._best: Validated | None = None
        self._best_score: float | None = None
        self._best_step = 0

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Find the trackers."""
        self._trackers = trackers_of(trainer)
        self._with_figures = [tracker for tracker in self._trackers if tracker.takes_figures]
        self._with_histograms = [tracker for tracker in self._trackers if tracker.takes_histograms]

    def on_before_optimizer_step(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, optimizer: Optimizer
    ) -> None:
        """Log the step size of this step, and at the end of an epoch how gradients are spread."""
        if not self._trackers:
            return
        last = trainer.is_last_batch
        every = getattr(trainer, "log_every_n_steps", 0)
        if last or (every and (trainer.global_step + 1) % every == 0):
            self._log(trainer, {"train/learning_rate": float(optimizer.param_groups[0]["lr"])}, trainer.global_step)
        if last and self._with_histograms:
            self._record_histograms(gradient_histograms(pl_module), trainer.global_step)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Log figures of each class, and how confidence and weights are spread."""
        validated = getattr(pl_module, "validated", None)
        if not self._trackers or trainer.sanity_checking or validated is None:
            return
        # Where Lightning puts the loss of this validation: at the step that was the last one.
        step = max(0, trainer.global_step - 1)
        dataset = _dataset(trainer)
        several = has_several_labels(dataset)
        curves = label_curves(validated, dataset) if several else class_curves(validated, dataset.manifest.classes)
        self._log(trainer, curves, step)
        self._keep_best(trainer, validated, step)
        if self._with_histograms:
            confidence = {} if several else {"val/confidence": confidence_histogram(validated)}
            self._record_histograms(confidence | weight_histograms(pl_module), step)
        if self._settings.figures_each_epoch:
            self._record_figures(trainer, validated, step)

    def on_train_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Draw the best epoch, which is the one that ships, and list its worst mistakes."""
        if not self._trackers or self._best is None or self._best_score is None:
            return
        if not self._settings.figures_each_epoch:
            self._record_figures(trainer, self._best, self._best_step)
        for tracker in self._trackers:
            tracker.record_summary({"best/step": float(self._best_step), "best/score": self._best_score})
        if has_several_labels(_dataset(trainer)):
            return
        table = most_wrong(
            self._best,
            _dataset(trainer),
            most=self._settings.most_wrong,
            characters=self._settings.text_characters,
            temperature=fit_temperature(self._best.scores, self._best.labels),
        )
        for tracker in self._trackers:
            sees = self._settings.texts == "always" or (self._settings.texts == "local" and tracker.keeps_here)
            tracker.record_table("most_wrong", table if sees else without_texts(table), self._best_step)

    def state_dict(self) -> dict[str, Any]:
        """Keep the best epoch: a training that goes on later may not find a better one."""
        if self._best is None:
            return {}
        arrays = {name: torch.from_numpy(array) for name, array in vars(self._best).items()}
        return {"best": arrays, "score": self._best_score, "step": self._best_step}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on from the best epoch so far."""
        if state_dict:
            self._best = Validated(**{name: tensor.numpy() for name, tensor in state_dict["best"].items()})
            self._best_score, self._best_step = state_dict["score"], state_dict["step"]

    def _log(self, trainer: pl.Trainer, figures: dict[str, float], step: int) -> None:
        for part in trainer.loggers:
            part.log_metrics(figures, step=step)

    def _record_histograms(self, histograms: dict[str, Histogram], step: int) -> None:
        for tracker in self._with_histograms:
            tracker.record_histograms(histograms, step)

    def _keep_best(self, trainer: pl.Trainer, validated: Validated, step: int) -> None:
        """Remember the validation if it is the one whose checkpoint is kept."""
        checkpoint = next((part for part in trainer.checkpoint_callbacks if isinstance(part, ModelCheckpoint)), None)
        if checkpoint is None or checkpoint.monitor not in trainer.callback_metrics:
            return
        score = float(trainer.callback_metrics[checkpoint.monitor])
        sign = 1 if checkpoint.mode == "min" else -1
        if self._best_score is None or sign * score < sign * self._best_score:
            self._best, self._best_score, self._best_step = validated, score, step

    def _record_figures(self, trainer: pl.Trainer, validated: Validated, step: int) -> None:
        # A confusion matrix is one of texts that have one label.
        if not self._with_figures or has_several_labels(_dataset(trainer)):
            return
        temperature = fit_temperature(validated.scores, validated.labels)
        before, after = softmax(validated.scores), softmax(validated.scores, temperature)
        with TemporaryDirectory() as name:
            folder = Path(name)
            evaluation = evaluate(after, validated.labels, _dataset(trainer).manifest.classes)
            draw_confusion(evaluation, folder / "confusion_matrix.png")
            draw_reliability_diagram(
                measure_reliability(before, validated.labels),
                measure_reliability(after, validated.labels),
                folder / "reliability.png",
            )
            for tracker in self._with_figures:
                for path in sorted(folder.iterdir()):
                    tracker.record_figure(f"{FIGURES_PREFIX}/{path.stem}", path, step)


def _dataset(trainer: pl.Trainer) -> Dataset:
    dataset = getattr(trainer, "datamodule").dataset  # noqa: B009 (unknown to Lightning's types)
    if not isinstance(dataset, Dataset):
        raise TypeError("the tracking callback needs a TextDataModule")
    return dataset
