import numpy as np

from textops.evaluation.confusion import Confusion, confusion_of


def test_only_what_happened_is_counted() -> None:
    found = confusion_of(np.array([0, 2, 2, 2]), np.array([0, 2, 1, 2]))

    assert found == (Confusion(0, 0, 1), Confusion(2, 1, 1), Confusion(2, 2, 2))
