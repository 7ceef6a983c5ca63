"""The file of prices, and what an amount costs by it."""

from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from pydantic import ValidationError

from automation.google_cloud.costs.prices import PRICES, Price, read_prices
from textops.errors import ConfigurationError

BASE = {"unit": "GiB", "region": "all", "page": "https://cloud.google.com/run/pricing"}


def _price(**values: Any) -> Price:  # noqa: ANN401 (whatever the file may hold)
    return Price.model_validate(BASE | values)


def test_an_amount_costs_its_units_times_the_price() -> None:
    # 5,000,000 requests are 5 units of a million, at 0.40 each.
    assert _price(price=0.40, per=1_000_000).cost(5_000_000) == pytest.approx(2.00)


def test_what_is_free_is_taken_off_only_when_asked() -> None:
    price = _price(price=0.50, free=50)

    assert price.cost(60) == pytest.approx(30.0)
    assert price.cost(60, free=True) == pytest.approx(5.0)
    assert price.cost(40, free=True) == 0


def test_tiers_fall_with_the_amount() -> None:
    tiers = [{"up_to": 1024, "price": 0.12}, {"up_to": 10240, "price": 0.11}, {"up_to": None, "price": 0.08}]
    price = _price(tiers=tiers)

    # 1,024 at 0.12, then 9,216 at 0.11, then 760 at 0.08.
    assert price.cost(1000) == pytest.approx(120.0)
    assert price.cost(2024) == pytest.approx(122.88 + 110.0)
    assert price.cost(11_000) == pytest.approx(122.88 + 1013.76 + 60.8)


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"price": 1, "tiers": [{"up_to": None, "price": 1}]},
        {"price": -1},
        {"price": 1, "per": 0},
        {"price": 1, "page": "http://example.com"},
        {"price": 1, "pries": 2},
        {"tiers": [{"up_to": 10, "price": 1}]},
        {"tiers": [{"up_to": 10, "price": 1}, {"up_to": 5, "price": 1}, {"up_to": None, "price": 1}]},
        {"tiers": [{"up_to": None, "price": 1}, {"up_to": None, "price": 1}]},
    ],
)
def test_a_price_that_cannot_be_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        _price(**values)


def test_every_price_of_the_file_has_a_page_of_the_vendor_and_a_date() -> None:
    prices = read_prices()

    assert prices.known.year >= 2025
    assert len(prices.prices) > 30
    assert all(price.page.startswith("https://cloud.google.com/") for price in prices.prices.values())


def test_an_unknown_price_is_told() -> None:
    with pytest.raises(ConfigurationError, match="has no price 'moon': add it, with its page"):
        read_prices()["moon"]


def test_a_wrong_file_is_told_in_one_line_with_its_place(tmp_path: Path) -> None:
    document = yaml.safe_load(PRICES.read_text(encoding="utf-8"))
    document["prices"]["storage"]["price"] = "much"
    path = tmp_path / "prices.yaml"
    path.write_text(yaml.safe_dump(document))

    with pytest.raises(ConfigurationError, match=r"^prices\.yaml, prices\.storage\.price: .*number"):
        read_prices(path)


@pytest.mark.parametrize("text", [None, "{", "known: [", "3"])
def test_a_file_that_cannot_be_read_is_told(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    if text is not None:
        path.write_text(text)

    with pytest.raises(ConfigurationError, match=r"^prices\.yaml"):
        read_prices(path)
