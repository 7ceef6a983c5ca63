"""The costs as tables of Markdown: `reports/cloud_costs.md`."""

from automation.google_cloud.costs.assumptions import SECONDS, Assumptions
from automation.google_cloud.costs.estimate import Charge, by_part, charges
from automation.google_cloud.costs.jobs import Job
from automation.google_cloud.costs.prices import Price, Prices
from automation.google_cloud.costs.shape import Service
from automation.google_cloud.costs.uses import System, uses
from textops.evaluation import markdown

RATES = (0, 1, 100, 10_000)
COLUMNS = tuple(f"{rate:,} a second" if rate else "at rest" for rate in RATES)
OPTIONAL = "(optional)"


def report(system: System, jobs: list[Job], prices: Prices, *, free: bool = False) -> str:
    """Return all tables.

    Args:
        system: The system.
        jobs: The jobs of Vertex AI.
        prices: The prices.
        free: Whether free amounts are taken off.
    """
    columns = [charges(uses(system, rate), prices, free=free) for rate in RATES]
    used = {charge.use.price for column in columns for charge in column} | {
        f"vertex_{kind}" for job in jobs for kind, _ in (*job.machines, *job.accelerators)
    }
    parts = [
        _opening(prices, free=free),
        _months(columns),
        _instances(system),
        "**Each training** (`invoke gcp.train`):",
        _trainings(jobs, prices, system.assumed),
        "**What is used** in a month:",
        _uses(columns, prices),
        "**Assumed**, in `automation/google_cloud/costs/assumptions.py`:",
        _assumptions(system.assumed),
        "**Prices**, in `deploy/gcp/prices.yaml`:",
        _prices(prices, used),
    ]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _opening(prices: Prices, *, free: bool) -> str:
    amounts = "Free amounts are taken off." if free else "Free amounts are not taken off (`--free` does)."
    looked_up = (
        f"compared with the vendor's pages on {prices.checked}"
        if prices.checked
        else "**which nobody has compared with the vendor's pages since: do so before money depends on them**"
    )
    return (
        f"`invoke gcp.costs`: {prices.currency} for a month of 30 days, at list prices as known on {prices.known}, "
        f"{looked_up}. {amounts} The rates are requests a second to `/predict`, day and night; builds and trainings go "
        "on at rest."
    )


def _months(columns: list[list[Charge]]) -> str:
    sums = [by_part(column) for column in columns]
    names = list(dict.fromkeys(name for column in sums for name in column))
    rows = [[name, *(dollars(column.get(name, 0.0)) for column in sums)] for name in names]
    needed = [sum(cost for name, cost in column.items() if OPTIONAL not in name) for column in sums]
    answers = [dollars(cost / (rate * SECONDS / 1e6)) if rate else "" for cost, rate in zip(needed, RATES, strict=True)]
    rows += [
        ["**all**", *(f"**{dollars(sum(column.values()))}**" for column in sums)],
        ["**without what is optional**", *(f"**{dollars(cost)}**" for cost in needed)],
        ["without it, for a million answers", *answers],
    ]
    return "\n".join(markdown.table(["part", *COLUMNS], rows))


def _instances(system: System) -> str:
    measured, assumed, api = system.measured, system.assumed, system.api
    counts = {rate: system.api_instances(rate) for rate in RATES}
    shown = ", ".join(f"{count} ({name})" for name, count in zip(COLUMNS, counts.values(), strict=True))
    too_many = [f"{rate:,} a second" for rate, count in counts.items() if count > api.maximum]
    warning = f" **More than `maxScale` allows at {', '.join(too_many)}.**" if too_many else ""
    return (
        f"An answer takes {measured.processor_seconds * 1e6:.0f} us of a processor ({measured.model}, "
        f"{measured.characters:,} characters; `reports/benchmarks/serving.json`, median of the rounds; "
        f"a vCPU is taken to be as fast as that processor). So {api.cpu:g} vCPU at {assumed.utilisation:.0%} answers "
        f"{api.cpu * assumed.utilisation / measured.processor_seconds:,.0f} requests a second, and "
        f"so many instances of the API stand: {shown}.{warning} {_shapes(system)}"
    )


def _shapes(system: System) -> str:
    shapes = "; ".join(_shape(service) for service in (system.api, system.drift, system.page))
    return f"From `deploy/gcp/services/`: {shapes}."


def _shape(service: Service) -> str:
    billed = "by instance" if service.by_instance else "by request"
    return (
        f"{service.name} {service.all_cpu:g} vCPU and {service.memory:g} GiB with all containers, at least "
        f"{service.minimum} instance{'' if service.minimum == 1 else 's'}, billed {billed}"
    )


def _trainings(jobs: list[Job], prices: Prices, assumed: Assumptions) -> str:
    rows = []
    for job in jobs:
        hourly = job.hourly(prices)
        hours = job.trials * assumed.training_hours
        length = f"{job.trials} trials of {assumed.training_hours:g} h" if job.trials > 1 else f"{hours:g} h"
        rows.append([job.name, job.parts, dollars(hourly), length, dollars(hourly * hours)])
    return "\n".join(markdown.table(["job", "machines", "an hour", "assumed", "costs"], rows))


def _uses(columns: list[list[Charge]], prices: Prices) -> str:
    rows: dict[tuple[str, str], list[str]] = {}
    for place, column in enumerate(columns):
        for charge in column:
            cells = rows.setdefault((charge.use.part, charge.use.price), [""] * len(columns))
            cells[place] = amount(charge.use.things / prices[charge.use.price].per)
    table = [[part, f"`{name}`, {prices[name].unit}", *cells] for (part, name), cells in rows.items()]
    return "\n".join(markdown.table(["part", "price", *COLUMNS], table))


def _assumptions(assumed: Assumptions) -> str:
    rows = [
        [f"`{name}`", amount(getattr(assumed, name)), field.description or ""]
        for name, field in type(assumed).model_fields.items()
    ]
    return "\n".join(markdown.table(["name", "value", "what"], rows))


def _prices(prices: Prices, used: set[str]) -> str:
    rows = [
        [f"`{name}`", _price(price), price.unit, f"{price.free:,g}" if price.free else "", price.region, price.page]
        for name, price in prices.prices.items()
        if name in used
    ]
    return "\n".join(markdown.table(["name", "price", "for a", "free a month", "region", "to be checked at"], rows))


def _price(price: Price) -> str:
    if price.price is not None:
        return f"{price.price:.7f}".rstrip("0").rstrip(".")
    return ", ".join(
        f"{tier.price:g}" if tier.up_to is None else f"{tier.price:g} up to {tier.up_to:,g}" for tier in price.tiers
    )


def dollars(cost: float) -> str:
    """Return dollars as people read them: cents below ten."""
    return "0" if cost == 0 else f"{cost:,.2f}" if cost < 10 else f"{cost:,.0f}"  # noqa: PLR2004 (where cents stop to matter)


def amount(things: float) -> str:
    """Return an amount with three digits that count."""
    return f"{things:,.0f}" if things >= 100 or things == 0 else f"{things:.3g}"  # noqa: PLR2004 (three digits)
