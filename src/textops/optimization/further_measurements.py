"""What is measured of a model beside its figures on the test set: slices, robustness, behaviour."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from loguru import logger
from numpy.typing import NDArray
from omegaconf import DictConfig, OmegaConf

from textops.data.dataset import Dataset, Examples
from textops.errors import ConfigurationError
from textops.evaluation.behaviour import SUITES_BY_NAME, check_classes, run_suite, suite_in_force
from textops.evaluation.behaviour_report import BehaviourReport
from textops.evaluation.behaviour_suite import BehaviourSuite
from textops.evaluation.measurements import TrainingFacts
from textops.evaluation.other_source import measure_other_source, open_other_source
from textops.evaluation.robustness import Decided, Robustness, by_weight, measure_robustness, sample_rows
from textops.evaluation.slices import Slices, cut_up, measure_slices
from textops.inference.answering import Answering
from textops.inference.probabilities import Answer
from textops.training.override_check import flat
from textops.training.run import Run
from textops.training.saved_configuration import as_container, portable_yaml
from textops.training.settings import RunSettings, settings_of

# What decides over the model; the rest says where things lie and what is shown.
_DECISIVE = (
    "seed",
    "batch_size",
    "model",
    "optimizer",
    "scheduler",
    "trainer.max_epochs",
    "trainer.precision",
    "class_weights",
    "decision",
)
_LONGEST_VALUE = 80


@dataclass(frozen=True)
class Plan:
    """What is to be measured, checked before anything costs time.

    Attributes:
        dataset: That of the model.
        classes: Of the model.
        settings: Of the run.
        suite: Behaviour tests, None where there are none.
        others: Other prepared data sets.
    """

    dataset: Dataset
    classes: tuple[str, ...]
    settings: RunSettings
    suite: BehaviourSuite | None
    others: tuple[Dataset, ...]

    @classmethod
    def of(cls, run: Run, dataset: Dataset) -> "Plan":
        """Read what the configuration of a run asks for.

        Raises:
            ConfigurationError: If a suite or another data set does not fit the classes.
            DataError: If another data set is missing.
        """
        settings = settings_of(run.configuration)
        if dataset.manifest.source.separator is not None:
            _require_one_label(settings)
            return cls(dataset, run.record.classes, settings, None, ())
        suite = suite_in_force(settings.behaviour, dataset.manifest.name)
        if suite is not None:
            check_classes(suite, run.record.classes)
        others = tuple(
            open_other_source(Path(folder), run.record.classes, settings.robustness)
            for folder in settings.robustness.others
        )
        return cls(dataset, run.record.classes, settings, suite, others)

    def slices(self, test: Examples, predicted: NDArray[np.int64]) -> Slices:
        """Measure parts of the test set; `predicted` are class numbers, shape [test examples]."""
        settings = self.settings.slices
        cuts = cut_up(self.dataset, test, settings.parts)
        return measure_slices(predicted, test.labels, cuts, minimum=settings.minimum)

    def robustness(
        self, test: Examples, predicted: NDArray[np.int64], answer: Answer, weights: Sequence[float] | None
    ) -> Robustness | None:
        """Measure changed texts and other sources; None where the settings leave it out."""
        settings = self.settings.robustness
        if settings.examples == 0:
            return None
        hits = predicted == test.labels
        measured = [
            measure_other_source(answer, other, self.dataset, self.classes, hits, settings, weights)
            for other in self.others
        ]
        for other, figures in zip(self.others, measured, strict=True):
            if figures is None:
                logger.warning("The model was trained on all test texts of {}: nothing to measure", other.folder)
        others = tuple(figures for figures in measured if figures is not None)
        decided = by_weight(weights)
        return measure_robustness(answer, test.texts, test.labels, settings=settings, others=others, decided=decided)

    def slices_of_labels(self, test: Examples, probabilities: NDArray[np.float64], answering: Answering) -> Slices:
        """Measure parts of the test set of a model that gives several labels."""
        predicted, _ = self._numbered(answering)(probabilities)
        cuts = cut_up(self.dataset, test, self.settings.slices.parts)
        return measure_slices(predicted, test.labels, cuts, minimum=self.settings.slices.minimum, of_classes=False)

    def robustness_of_labels(self, test: Examples, answer: Answer, answering: Answering) -> Robustness | None:
        """Measure changed texts of a model that gives several labels; None where the settings leave it out."""
        settings = self.settings.robustness
        if settings.examples == 0:
            return None
        decided = self._numbered(answering)
        return measure_robustness(answer, test.texts, test.labels, settings=settings, decided=decided)

    def _numbered(self, answering: Answering) -> Decided:
        """Return what gives answers the numbers that those of the data set have, and others further ones."""
        numbers = {name: number for number, name in enumerate(self.dataset.answers.names)}

        def decided(probabilities: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
            names = answering.answers(probabilities).tolist()
            found = np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)
            return found, answering.confidence(probabilities)

        return decided

    def behaviour(self, test: Examples, answer: Answer, weights: Sequence[float] | None) -> BehaviourReport | None:
        """Put the suite to the model; None without a suite."""
        if self.suite is None:
            return None
        settings = self.settings.behaviour
        rows = sample_rows(test.texts, settings.examples, settings.characters, settings.seed)
        report = run_suite(self.suite, answer, self.classes, [test.texts[row] for row in rows], weights)
        for result in report.failed:
            logger.warning(
                "Behaviour test failed: {} ({} of {} cases, {:.0%} required)",
                result.name,
                result.passed,
                result.cases,
                result.required,
            )
        return report


def _require_one_label(settings: RunSettings) -> None:
    """Refuse what asks for the one class of a text.

    Raises:
        ConfigurationError: If a suite of its own or another data set is to be measured.
    """
    if settings.behaviour.suite not in SUITES_BY_NAME:
        raise ConfigurationError(
            f"behaviour.suite={settings.behaviour.suite} asks for the one class of a text, and a text has several "
            "labels here: leave it out"
        )
    if settings.robustness.others:
        raise ConfigurationError(
            "other data sets (--other) are measured for models that give one class, and a text has several labels "
            "here: leave them out"
        )


def training_facts(run: Run) -> TrainingFacts:
    """Return how a run was trained, without folders of this machine and without secrets."""
    known = flat(as_container(DictConfig(OmegaConf.create(portable_yaml(run.configuration))), resolve=False))
    settings = {
        key.removesuffix("._target_"): str(value)[:_LONGEST_VALUE]
        for key, value in known.items()
        if not isinstance(value, dict)
        and not key.endswith("._partial_")
        and any(key == name or key.startswith(f"{name}.") for name in _DECISIVE)
    }
    return TrainingFacts(
        run="/".join(run.folder.parts[-2:]),
        epochs=run.record.epochs,
        seconds=run.record.training_seconds,
        validation_loss=run.record.validation_loss,
        settings=settings,
    )
