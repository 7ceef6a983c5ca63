"""How a model gives a text any number of labels, as its bundle says."""

from pydantic import Field

from textops.frozen import Frozen


class LabelRule(Frozen):
    """From the logit of one label to whether it is given.

    Attributes:
        slope: What the logit is multiplied by before the sigmoid (Platt 1999, Probabilistic Outputs for Support Vector
            Machines).
        shift: What is added to it then.
        threshold: Smallest probability with which the label is given.
    """

    slope: float
    shift: float
    threshold: float


class SeveralLabels(Frozen):
    """How a text gets any number of labels: each is given or not by itself.

    Attributes:
        separator: Stands between labels where they are written in one line; no label holds it.
        rules: Of each class, in the order of the classes.
        answer_slope: What the log odds that all labels are right, each taken to be independent, are multiplied by.
        answer_shift: What is added to them then; the answer is right with the probability of the sum.
    """

    separator: str = Field(min_length=1)
    rules: tuple[LabelRule, ...]
    answer_slope: float = 1.0
    answer_shift: float = 0.0
