import pytest

from textops.training.profiling.operators import Window


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (100, Window(5, 3, 10)),
        (18, Window(5, 3, 10)),
        (15, Window(2, 3, 10)),
        (11, Window(0, 1, 10)),
        (10, Window(0, 1, 9)),
        (2, Window(0, 1, 1)),
        (1, Window(0, 0, 1)),
        (0, Window(0, 0, 1)),
    ],
)
def test_a_window_ends_within_the_steps_there_are(steps: int, expected: Window) -> None:
    assert Window(wait=5, warmup=3, active=10).within(steps) == expected


def test_a_window_without_warm_up_stays_without() -> None:
    assert Window(wait=0, warmup=0, active=2).within(2) == Window(0, 0, 2)
