"""What a month costs: uses times prices."""

from collections import defaultdict
from collections.abc import Sequence

from automation.google_cloud.costs.prices import Prices
from automation.google_cloud.costs.uses import Use
from textops.frozen import Frozen


class Charge(Frozen):
    """What one use costs.

    Attributes:
        use: The use.
        dollars: In a month.
    """

    use: Use
    dollars: float


def charges(used: Sequence[Use], prices: Prices, *, free: bool = False) -> list[Charge]:
    """Return what each use costs.

    Free amounts and falling prices count for the whole project, so each use bears its share of what all uses of the
    same thing cost together.

    Args:
        used: All uses of a month.
        prices: The prices.
        free: Whether free amounts are taken off.

    Raises:
        ConfigurationError: If a price is not known.
    """
    totals: dict[str, float] = defaultdict(float)
    for use in used:
        totals[use.price] += use.things
    dollars = {name: prices[name].cost(total, free=free) for name, total in totals.items()}
    return [
        Charge(use=use, dollars=dollars[use.price] * use.things / totals[use.price] if totals[use.price] else 0.0)
        for use in used
    ]


def by_part(charged: Sequence[Charge]) -> dict[str, float]:
    """Return the dollars of each part, in the order in which the parts come."""
    sums: dict[str, float] = {}
    for charge in charged:
        sums[charge.use.part] = sums.get(charge.use.part, 0.0) + charge.dollars
    return sums
