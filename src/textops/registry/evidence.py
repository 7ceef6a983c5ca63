"""What the gate judges with: the frozen test set, and what rooms above the registry know of the candidate."""

from collections.abc import Callable
from dataclasses import dataclass

from textops.inference import Predictor
from textops.registry.gate import GateCheck

NO_BEHAVIOUR_TESTS = GateCheck(
    name="behaviour", passed=True, asked=False, figure=None, sentence="there are no behaviour tests"
)


@dataclass(frozen=True)
class HeldOut:
    """The frozen test set; all of the same length, in the same order.

    Attributes:
        ids: Unique ids.
        texts: The texts.
        labels: Their true class names.
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    labels: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)


@dataclass(frozen=True)
class KeptAnswers:
    """What the model answered when its bundle was made; all of the same length, in the same order.

    Attributes:
        ids: Ids of the examples.
        predicted: The most probable class of each.
        confidence: Its calibrated probability.
    """

    ids: tuple[str, ...]
    predicted: tuple[str, ...]
    confidence: tuple[float, ...]


@dataclass(frozen=True)
class Evidence:
    """What the gate cannot find out by itself; called only where the bundle is unaltered.

    Attributes:
        kept: Reads the answers that the bundle keeps, None where it keeps none; may raise BundleError.
        behaviour: Runs the behaviour tests of the data set.
        further: Checks that were made elsewhere.
    """

    kept: Callable[[], KeptAnswers | None] = lambda: None
    behaviour: Callable[[Predictor], GateCheck] = lambda _: NO_BEHAVIOUR_TESTS
    further: tuple[GateCheck, ...] = ()
