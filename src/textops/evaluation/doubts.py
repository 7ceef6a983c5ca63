"""What a person must hear of a model that may have learned nothing, as soon as it is measured."""

from collections.abc import Iterator

from textops.data.nearest import listed
from textops.evaluation.label_metrics import LabelEvaluation
from textops.evaluation.metrics import Evaluation

FEWEST_EXAMPLES = 100
"""In fewer, the interval of an accuracy is wider than the differences that people decide by."""


def doubts(evaluation: Evaluation | LabelEvaluation, *, weighs_classes: bool = False) -> Iterator[str]:
    """Yield what speaks against a model or its figures, a sentence each.

    Args:
        evaluation: Figures on the test set.
        weighs_classes: Whether its rule of decision gives up accuracy for rare classes; then the most frequent class is
            no yardstick.
    """
    several = isinstance(evaluation, LabelEvaluation)
    constant = "giving the most frequent set of labels" if several else "naming the most frequent class"
    if not weighs_classes and evaluation.accuracy.low <= evaluation.majority_share:
        yield (
            f"Not shown to be better than always {constant}, which is right for {evaluation.majority_share:.1%}: "
            f"accuracy {evaluation.accuracy}. It would not be registered; look at the data (textops prepare --explain)"
        )
    if evaluation.examples < FEWEST_EXAMPLES:
        yield f"The test set has {evaluation.examples:,} examples only: look at the intervals, not at the figures"
    parts = evaluation.per_label if isinstance(evaluation, LabelEvaluation) else evaluation.per_class
    never = [part.name for part in parts if part.support and not part.predicted]
    if never:
        advice = "" if several or weighs_classes else "; decision.rule=macro_f1 or class_weights.rule=balanced may help"
        yield (
            f"{len(never):,} of {len(parts):,} {'labels' if several else 'classes'} are in the test set and never "
            f"given: {listed(never)}{advice}"
        )
