"""Prices of the vendor, from `deploy/gcp/prices.yaml`."""

from datetime import date
from pathlib import Path

import yaml  # type: ignore[import-untyped]
from pydantic import Field, ValidationError, model_validator

from textops.errors import ConfigurationError
from textops.frozen import Frozen

PRICES = Path(__file__).resolve().parents[3] / "deploy/gcp/prices.yaml"


class Tier(Frozen):
    """A price up to an amount.

    Attributes:
        up_to: Units a month, None for all that are left.
        price: Dollars for a unit.
    """

    up_to: float | None
    price: float = Field(ge=0)


class Price(Frozen):
    """What one thing costs.

    Attributes:
        unit: What is counted, in words.
        region: Where the price holds.
        page: Where the vendor tells it.
        price: Dollars for a unit, unless there are tiers.
        tiers: Prices that fall with the amount.
        per: How many things make a unit.
        free: Units a month that cost nothing.
        known: When it was looked up, None for the date of the file.
    """

    unit: str
    region: str
    page: str = Field(pattern=r"^https://cloud\.google\.com/")
    price: float | None = Field(default=None, ge=0)
    tiers: tuple[Tier, ...] = ()
    per: float = Field(default=1, gt=0)
    free: float = Field(default=0, ge=0)
    known: date | None = None

    @model_validator(mode="after")
    def _check(self) -> "Price":
        if (self.price is None) == (not self.tiers):
            raise ValueError("give either price or tiers")
        bounds = [tier.up_to for tier in self.tiers]
        known = [bound for bound in bounds[:-1] if bound is not None]
        if self.tiers and (bounds[-1] is not None or len(known) != len(bounds) - 1 or known != sorted(set(known))):
            raise ValueError("tiers rise, and the last one has no end")
        return self

    def cost(self, things: float, *, free: bool = False) -> float:
        """Return the dollars for so many things in a month.

        Args:
            things: How many; `per` of them make a unit.
            free: Whether what costs nothing is taken off.
        """
        units = max(things / self.per - (self.free if free else 0), 0)
        if self.price is not None:
            return units * self.price
        dollars, below = 0.0, 0.0
        for tier in self.tiers:
            above = units if tier.up_to is None else min(units, tier.up_to)
            dollars += max(above - below, 0) * tier.price
            below = above
        return dollars


class Prices(Frozen):
    """All prices.

    Attributes:
        known: The day up to which they were known.
        checked: The day on which all were compared with the vendor's pages, None for never.
        currency: Of all of them.
        prices: By name.
    """

    known: date
    checked: date | None
    currency: str
    prices: dict[str, Price]

    def __getitem__(self, name: str) -> Price:
        """Return a price.

        Raises:
            ConfigurationError: If it is not in the file.
        """
        try:
            return self.prices[name]
        except KeyError as error:
            raise ConfigurationError(f"deploy/gcp/prices.yaml has no price {name!r}: add it, with its page") from error


def read_prices(path: Path = PRICES) -> Prices:
    """Read the file of prices.

    Raises:
        ConfigurationError: If it is not there or not possible.
    """
    try:
        return Prices.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path.name} cannot be read: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigurationError(f"{path.name}, {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
