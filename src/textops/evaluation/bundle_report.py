"""The report that a bundle carries, made of what was measured."""

from collections.abc import Sequence

from textops.bootstrap import Interval
from textops.bundle import Metric
from textops.bundle_report import (
    BundleReport,
    ClassFigures,
    ConfusedExamples,
    Example,
    Perturbation,
    Reliability,
    ReliabilityBin,
    RobustnessFigures,
)
from textops.evaluation import calibration, metrics
from textops.evaluation.behaviour_suite import BehaviourSuite, MinimumFunction
from textops.evaluation.label_metrics import LabelEvaluation, LabelFigures
from textops.evaluation.metrics import Evaluation
from textops.evaluation.robustness import Robustness
from textops.variant_figures import VariantFigures

_EXAMPLES_OF_A_CLASS = 2
_MOST_EXAMPLES = 40
_LONGEST_EXAMPLE = 2_000


def make_report(
    model_bytes: int,
    evaluation: Evaluation | LabelEvaluation,
    reliability: tuple[calibration.Reliability, calibration.Reliability],
    robustness: Robustness | None,
    variants: tuple[VariantFigures, ...] | None,
    suite: BehaviourSuite | None,
) -> BundleReport:
    """Return the report of a bundle.

    Args:
        model_bytes: Size of its model.
        evaluation: Its figures on the test set.
        reliability: Before calibration, and after it.
        robustness: What changed texts do, None where that was not measured.
        variants: Figures of all forms of the model, None where there is but one.
        suite: Its behaviour tests, None where there are none.
    """
    before, after = map(_reliability, reliability)
    return BundleReport(
        model_bytes=model_bytes,
        classes=tuple(map(_class_figures, _parts(evaluation))),
        confusion=() if isinstance(evaluation, LabelEvaluation) else _confusion(evaluation),
        reliability_before=before,
        reliability_after=after,
        robustness=None if robustness is None else _robustness(robustness),
        variants=variants,
        examples=examples_of(suite),
    )


def examples_of(suite: BehaviourSuite | None) -> tuple[Example, ...]:
    """Return texts that show what the classes are like: those of the tests that expect a class.

    All others are changed texts of the test set, which belong to somebody.
    """
    if suite is None:
        return ()
    examples: dict[str, list[Example]] = {}
    for test in suite.tests:
        if not isinstance(test, MinimumFunction):
            continue
        for label, templates in test.cases.items():
            texts = (next(suite.filled(template)) for template in templates)
            # What begins with a placeholder begins with a small letter, though it is a sentence.
            begun = (text[:1].upper() + text[1:] for text in texts)
            fitting = [Example(text=text, label=label) for text in begun if len(text) <= _LONGEST_EXAMPLE]
            examples.setdefault(label, []).extend(fitting)
    # By turns, so that a bound leaves each class something.
    turns = range(_EXAMPLES_OF_A_CLASS)
    chosen = [of_class[turn] for turn in turns for of_class in examples.values() if turn < len(of_class)]
    return tuple(chosen[:_MOST_EXAMPLES])


def _metric(interval: Interval) -> Metric:
    return Metric(value=interval.value, low=interval.low, high=interval.high)


def _parts(evaluation: Evaluation | LabelEvaluation) -> Sequence[metrics.ClassFigures | LabelFigures]:
    return evaluation.per_label if isinstance(evaluation, LabelEvaluation) else evaluation.per_class


def _class_figures(figures: metrics.ClassFigures | LabelFigures) -> ClassFigures:
    is_known = bool(figures.support or figures.predicted)
    return ClassFigures(
        name=figures.name,
        precision=_metric(figures.precision) if figures.predicted else None,
        recall=_metric(figures.recall) if figures.support else None,
        f1=_metric(figures.f1) if is_known else None,
        support=figures.support,
        predicted=figures.predicted,
    )


def _confusion(evaluation: Evaluation) -> tuple[ConfusedExamples, ...]:
    return tuple(
        ConfusedExamples(true=part.true, predicted=part.predicted, examples=part.examples)
        for part in evaluation.confusion
    )


def _reliability(reliability: calibration.Reliability) -> Reliability:
    return Reliability(
        error=reliability.expected_calibration_error,
        bins=tuple(
            ReliabilityBin(
                low=part.low,
                high=part.high,
                confidence=part.confidence,
                accuracy=part.accuracy,
                examples=part.count,
            )
            for part in reliability.bins
        ),
    )


def _robustness(robustness: Robustness) -> RobustnessFigures:
    return RobustnessFigures(
        examples=robustness.examples,
        accuracy=_metric(robustness.accuracy),
        perturbations=tuple(
            Perturbation(
                title=figures.title,
                accuracy=_metric(figures.accuracy),
                difference=_metric(figures.difference),
                agreement=figures.agreement,
            )
            for figures in robustness.perturbations
        ),
    )
