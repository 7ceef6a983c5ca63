"""`textops up`: the API, the drift service and the page together, with one registry and one prediction log."""

import signal
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial

from loguru import logger
from pydantic import SecretStr

from textops.errors import RegistryError
from textops.program import textops
from textops.registry.names import PRODUCTION, parse_reference
from textops.registry.store import Registry
from textops.up.keeper import Keeper
from textops.up.output import Output
from textops.up.place import Place, Wanted
from textops.up.service import Role, Service

_API = Role(
    "api",
    "the API",
    "for programs; /docs describes it",
    tuple(textops("serve")),
    "/ready",
)
_DRIFT = Role(
    "drift",
    "the drift service",
    "for monitoring; the verdict is at /drift/status",
    tuple(textops("drift", "serve")),
    "/ready",
    "/drift/check",
    # It looks at once into the log that the API makes.
    waits_for_first=True,
)
_PAGE = Role(
    "page",
    "the page",
    "for people; open it in a browser",
    tuple(textops("ui")),
    "/_stcore/health",
    knows_others=True,
    # Streamlit writes a line before it ends, and stays where nobody is left to read it. It holds nothing to lose.
    orphan_signal=signal.SIGKILL,
)


@dataclass(frozen=True)
class UpPlan:
    """What is to run.

    Attributes:
        registry: Root of the registry.
        model: Which version answers and is watched; None for the only model in production.
        api: Where the API is wanted.
        drift: Where the drift service is wanted, None for nowhere.
        page: Where the page is wanted, None for nowhere.
        page_key: What the page shows to the API.
    """

    registry: str
    model: str | None
    api: Wanted
    drift: Wanted | None
    page: Wanted | None
    page_key: SecretStr | None


def run_together(plan: UpPlan, show: Callable[[str], None]) -> bool:
    """Run everything until SIGINT or SIGTERM.

    Args:
        plan: What is to run.
        show: Takes the table of addresses once all are there.

    Returns:
        Whether all have ended by themselves.

    Raises:
        RegistryError: If the registry cannot be read, or does not say which model is meant.
        ServiceError: If a port is taken, or a service cannot start or stay alive.
    """
    check_registry(plan.registry, plan.model)
    output = Output.of_this_process()
    with logger.contextualize(service="up"), ExitStack() as stack:
        places = {
            role.name: stack.enter_context(closing(Place(wanted)))
            for role, wanted in ((_API, plan.api), (_DRIFT, plan.drift), (_PAGE, plan.page))
            if wanted is not None
        }
        services = [
            Service(role, places[role.name], partial(_settings, role, plan, places), output)
            for role in (_API, _DRIFT, _PAGE)
            if role.name in places
        ]
        logger.info("starting {}", ", ".join(f"{each.role.title} on port {each.place.port}" for each in services))
        well = Keeper(services, lambda ready: show(addresses(ready))).run()
        logger.info("all have ended")
    return well


def check_registry(root: str, model: str | None) -> None:
    """See that the registry can be read and says which model is meant; there may be none yet.

    Raises:
        RegistryError: If it cannot, or does not.
    """
    if model is not None:
        parse_reference(model)
    registry = Registry(root)
    in_production = [name for name in registry.names() if model is None and registry.alias(name, PRODUCTION)]
    if len(in_production) > 1:
        raise RegistryError(
            f"{root} has several models in production: choose one of {', '.join(in_production)} with --model"
        )


def addresses(services: Sequence[Service]) -> str:
    """Return the addresses as a table, the page first: that is what people open."""
    rows = [(service.role.title, service.place.url, service.role.purpose) for service in reversed(services)]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"  {title:<{widths[0]}}  {url:<{widths[1]}}  {purpose}" for title, url, purpose in rows]
    return "\n".join([*lines, "  Ctrl-C ends them all."])


def _settings(role: Role, plan: UpPlan, places: Mapping[str, Place]) -> dict[str, str]:
    """Return what a service is told."""
    place = places[role.name]
    prefix = {"api": "TEXTOPS_", "drift": "TEXTOPS_DRIFT_", "page": "TEXTOPS_UI_"}[role.name]
    settings = {f"{prefix}HOST": place.host, f"{prefix}PORT": str(place.port), "TEXTOPS_REGISTRY": plan.registry}
    if plan.model is not None:
        settings["TEXTOPS_MODEL"] = plan.model
    if role is _API:
        settings["TEXTOPS_WAIT_FOR_MODEL"] = "true"
    if role is _PAGE:
        settings["TEXTOPS_API_URL"] = places["api"].url
        if "drift" in places:
            settings["TEXTOPS_DRIFT_URL"] = places["drift"].url
        if plan.page_key is not None:
            settings["TEXTOPS_API_KEY"] = plan.page_key.get_secret_value()
    return settings
