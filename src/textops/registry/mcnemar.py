"""McNemar's exact test: whether two models that answered the same examples differ."""


def exact_p_value(lost: int, won: int) -> float:
    """Return the two-sided p-value of McNemar's exact test.

    Among the examples on which only one model is right, either is as likely to be that one if the two are equally
    good: a binomial with one half (McNemar 1947, Note on the Sampling Error of the Difference Between Correlated
    Proportions; exact form in Fagerland et al. 2013, The McNemar Test for Binary Matched-Pairs Data).

    Args:
        lost: Examples on which only the first model is right.
        won: Examples on which only the second model is right.
    """
    discordant = lost + won
    # Whole numbers of any size: a float would have underflowed at a thousand.
    tail = term = 1
    for successes in range(1, min(lost, won) + 1):
        term = term * (discordant - successes + 1) // successes
        tail += term
    return min(1.0, 2 * tail / 2**discordant) if discordant else 1.0
