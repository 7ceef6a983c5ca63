import numpy as np
import pytest
from sklearn.metrics import f1_score

from textops.macro_f1 import macro_f1


@pytest.mark.parametrize("seed", range(3))
def test_it_is_that_of_scikit_learn(seed: int) -> None:
    generator = np.random.default_rng(seed)
    truth, answers = generator.integers(0, 5, 50), generator.integers(0, 5, 50)

    assert macro_f1(answers, truth, 9) == pytest.approx(f1_score(truth, answers, average="macro"))
