"""How often the model is right: by what people said, and by what it promises itself."""

from collections import Counter

from numpy.random import Generator

from textops.bundle import Manifest
from textops.monitoring.effect import Effect
from textops.monitoring.effects import bootstrapped
from textops.monitoring.findings import Quality
from textops.monitoring.thresholds import Thresholds, Verdict, graded
from textops.monitoring.window import Window
from textops.prediction_log.sampling import Judged

_ACCURACY = "accuracy"


def quality(judged: Judged, window: Window, manifest: Manifest, thresholds: Thresholds, random: Generator) -> Quality:
    """Measure the accuracy on answers with feedback, and what the confidence of all answers promises.

    Feedback comes from people who had a reason to send it: where only mistakes are reported, the accuracy is too low.
    """
    measured = manifest.metrics.get(_ACCURACY)
    reference = None if measured is None else measured.value
    accuracy = share(judged.right, judged.labelled) if judged.labelled else None
    confidence = window.features["confidence"]
    expected = bootstrapped(lambda chosen: float(confidence[chosen].mean()), len(confidence), random)
    named = Counter[str]()
    for answer, count in judged.classes.items():
        named.update(dict.fromkeys(manifest.labels_of(answer), count))
    return Quality(
        verdict=_verdict(judged.labelled, accuracy, reference, thresholds),
        labelled=judged.labelled,
        accuracy=accuracy,
        expected=expected,
        reference=reference,
        contradicted=judged.contradicted,
        unknown=judged.unknown,
        strangers={name: count for name, count in named.items() if name not in manifest.classes},
    )


def _verdict(labelled: int, accuracy: Effect | None, reference: float | None, thresholds: Thresholds) -> Verdict:
    if accuracy is None or reference is None or labelled < thresholds.drift_labels:
        return "too few"
    # What chance may explain is no drift, however far the figure is off.
    if accuracy.high >= reference:
        return "ok"
    return graded(reference - accuracy.value, thresholds.drift_accuracy_warn, thresholds.drift_accuracy)


def share(right: int, of: int) -> Effect:
    """Return a share with its 95 % interval after Wilson."""
    from scipy.stats import binomtest

    interval = binomtest(right, of).proportion_ci(method="wilson")
    return Effect(value=right / of, low=float(interval.low), high=float(interval.high))
