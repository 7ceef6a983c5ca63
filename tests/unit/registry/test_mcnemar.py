import pytest

from textops.registry.mcnemar import exact_p_value


@pytest.mark.parametrize(
    ("lost", "won", "p_value"),
    [
        (0, 0, 1.0),
        (5, 5, 1.0),
        (0, 1, 1.0),
        # By hand: twice (1/2)^5; twice (1 + 6) / 2^6.
        (0, 5, 2 / 32),
        (1, 5, 14 / 64),
        # As scipy 1.17 has it: the binomial test of 10 in 40.
        (10, 30, 0.00222143),
    ],
)
def test_the_p_value_is_that_of_a_fair_coin(lost: int, won: int, p_value: float) -> None:
    assert exact_p_value(lost, won) == pytest.approx(p_value, rel=1e-5)
    assert exact_p_value(won, lost) == exact_p_value(lost, won)


def test_thousands_of_differing_answers_neither_overflow_nor_turn_into_one() -> None:
    assert exact_p_value(4_000, 4_100) == pytest.approx(0.2713, abs=1e-3)
    assert exact_p_value(0, 5_000) == 0
