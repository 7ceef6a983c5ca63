"""The figures of a classifier that gives several labels, each with the interval that the luck of the sample allows."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from textops.bootstrap import DEFAULT_RESAMPLES, Interval, share_interval
from textops.evaluation.label_samples import JudgedLabels, Labels, Probabilities, SampleFigures
from textops.evaluation.resampled_figures import percentile_interval
from textops.inference.label_set import probability_of_sets
from textops.registry.calibration_check import down_to_zero_by_luck


@dataclass(frozen=True)
class LabelFigures:
    """How well one label is found.

    Attributes:
        name: Of the label.
        support: Test examples that have it.
        predicted: Test examples it was given to.
        precision: Share of those given that have it, 0 where none was given.
        recall: Share of those that have it that were given it, 0 where none has it.
        f1: Harmonic mean of both.
        average_precision: Area under the curve of precision over recall; None where no example has it.
    """

    name: str
    support: int
    predicted: int
    precision: Interval
    recall: Interval
    f1: Interval
    average_precision: Interval | None


@dataclass(frozen=True)
class LabelEvaluation:
    """A classifier of several labels measured on a test set.

    Intervals hold 95 % of the bootstrap resamples; that of the subset accuracy is Wilson's (`share_interval`).

    Attributes:
        examples: Rows of the test set.
        labels: Names in the order of the probabilities.
        subset_accuracy: Share of the examples whose labels are all right.
        micro_f1: F1 over all pairs of example and label.
        macro_f1: Mean F1 of the labels that occur or are given.
        mean_average_precision: Mean over the labels that occur.
        hamming_loss: Share of the pairs of example and label that are wrong.
        log_loss: Mean binary log loss over all pairs.
        ece: Expected calibration error of the answers: how far the probability that all labels are right is from the
            share of examples where they are; over 15 bins of equal width.
        majority_share: Share of the most frequent set of labels: the subset accuracy of always giving it.
        per_label: Figures of each label.
    """

    examples: int
    labels: tuple[str, ...]
    subset_accuracy: Interval
    micro_f1: Interval
    macro_f1: Interval
    mean_average_precision: Interval
    hamming_loss: Interval
    log_loss: Interval
    ece: Interval
    majority_share: float
    per_label: tuple[LabelFigures, ...]

    @property
    def accuracy(self) -> Interval:
        """Share of the examples whose answer is right: all of its labels."""
        return self.subset_accuracy

    @property
    def figures(self) -> dict[str, Interval]:
        """The figures over all labels by name, as a bundle carries them."""
        return {
            "accuracy": self.subset_accuracy,
            "micro_f1": self.micro_f1,
            "macro_f1": self.macro_f1,
            "mean_average_precision": self.mean_average_precision,
            "hamming_loss": self.hamming_loss,
            "log_loss": self.log_loss,
            "ece": self.ece,
        }


def evaluate_labels(
    probabilities: Probabilities,
    given: Labels,
    targets: Labels,
    names: tuple[str, ...],
    *,
    confidence: Probabilities | None = None,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = 0,
) -> LabelEvaluation:
    """Measure calibrated probabilities and the labels that were given.

    Definitions are those of scikit-learn (`zero_division=0`). A figure that a resample leaves undefined, because a
    label is not in it, is left out of that label's interval.

    Args:
        probabilities: Shape [n, labels], each between 0 and 1.
        given: Which labels the model gives, same shape.
        targets: Which labels are true, same shape.
        names: Of the labels.
        confidence: Probability that all labels of an answer are right, shape [n]; None: each taken to be independent.
        resamples: Bootstrap samples; fewer, but at least 50, where examples and labels are very many.
        seed: Of the bootstrap.

    Raises:
        ValueError: If there is no example, the shapes do not fit, or a probability is out of range.
    """
    if not len(targets) or not probabilities.shape == given.shape == targets.shape == (len(targets), len(names)):
        raise ValueError(
            f"probabilities {probabilities.shape}, given {given.shape}, targets {targets.shape} and {len(names)} "
            "labels do not fit: expected [n, labels] and n > 0"
        )
    # "Not within" instead of "outside": NaN is neither.
    if not (probabilities.min() >= 0 and probabilities.max() <= 1):
        raise ValueError("probabilities must lie between 0 and 1")
    promised = probability_of_sets(probabilities, given) if confidence is None else confidence
    rows = JudgedLabels.of(probabilities, given, targets, promised)
    measured = _evaluation(rows, names, rows.figures(), list(rows.resampled_figures(resamples, seed)))
    return replace(measured, ece=down_to_zero_by_luck(measured.ece, promised))


def _evaluation(
    rows: JudgedLabels, names: tuple[str, ...], whole: SampleFigures, draws: list[SampleFigures]
) -> LabelEvaluation:
    _, micro, macro, mean_average, hamming, loss, ece = _intervals(
        whole.over_all, np.array([draw.over_all for draw in draws]), moved=(2, 3, 6)
    )
    most_frequent = np.unique(rows.targets, axis=0, return_counts=True)[1].max()
    per_label = {
        name: _intervals(getattr(whole, name), np.array([getattr(draw, name) for draw in draws]))
        for name in ("precision", "recall", "f1", "average_precision")
    }
    return LabelEvaluation(
        examples=len(rows.targets),
        labels=names,
        subset_accuracy=share_interval(rows.right),
        micro_f1=micro,
        macro_f1=macro,
        mean_average_precision=mean_average,
        hamming_loss=hamming,
        log_loss=loss,
        ece=ece,
        majority_share=float(most_frequent / len(rows.targets)),
        per_label=tuple(
            LabelFigures(
                name=name,
                support=int(rows.targets[:, number].sum()),
                predicted=int(rows.given[:, number].sum()),
                precision=per_label["precision"][number],
                recall=per_label["recall"][number],
                f1=per_label["f1"][number],
                average_precision=per_label["average_precision"][number] if rows.targets[:, number].any() else None,
            )
            for number, name in enumerate(names)
        ),
    )


def _intervals(values: NDArray[np.float64], draws: NDArray[np.float64], moved: tuple[int, ...] = ()) -> list[Interval]:
    """Return figures with percentile intervals.

    Args:
        values: Shape [figures].
        draws: Shape [resamples, figures].
        moved: Figures whose draws are moved so that their mean is the value: means over labels, where resamples lack
            labels that do badly, and the calibration error, to which a resample adds noise.
    """
    return [
        percentile_interval(value, _moved(value, draws[:, number]) if number in moved else draws[:, number])
        for number, value in enumerate(values.tolist())
    ]


def _moved(value: float, draws: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.clip(draws - draws.mean() + value, 0, 1))
