"""Retraining: live traffic with feedback becomes a model that may take the place of the present one."""

from typing import TYPE_CHECKING, Annotated

import typer
from loguru import logger

from textops.commands.defaults import folder_of, open_prediction_log, open_registry

if TYPE_CHECKING:
    from textops.registry.dispatch import DispatchSettings
    from textops.registry.store import Registry


def retrain(  # noqa: PLR0913 (options of a command)
    name: Annotated[
        str | None, typer.Argument(help="The model; by default the only one that has a version in production.")
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Argument(help="What to train otherwise than production: trainer.max_epochs=1")
    ] = None,
    *,
    since: Annotated[
        str | None, typer.Option(help="Live traffic from here on: 2026-01-31, 2026-01-31T12:00, 24h or 7d.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Live traffic before this moment.")] = None,
    to: Annotated[str, typer.Option(help="How far the gate may let it go: staging or production.")] = "staging",
    min_labels: Annotated[int, typer.Option(min=1, help="New labelled texts without which it is not worth it.")] = 50,
    window_share: Annotated[
        float, typer.Option(help="Share of the new texts that no training sees, to measure on.")
    ] = 0.3,
    optimize: Annotated[
        bool, typer.Option("--optimize", help="Make and measure every form, not only the one that production has.")
    ] = False,
    from_run: Annotated[
        str | None, typer.Option(metavar="RUN", help="Repeat the training of this run, not that of production.")
    ] = None,
    no_dispatch: Annotated[
        bool, typer.Option("--no-dispatch", help="Do not tell the GitHub repository of a staged model.")
    ] = False,
) -> None:
    """Train production's model again with labelled live traffic, and promote it as far as the gate lets it.

    Exit code 3 if the gate refuses. Example: textops retrain bbc_news --since 7d --to production
    """
    changes = overrides or []
    if name is not None and "=" in name:
        changes = [name, *changes]
        name = None
    from textops.prediction_log.moments import parse_moment
    from textops.registry.dispatch import DispatchSettings
    from textops.registry.settings import RegistrySettings, read_settings

    # Read first: an impossible value must not be found after hours of training.
    _ = read_settings(RegistrySettings).bounds
    dispatch = read_settings(DispatchSettings, github_dispatch=False if no_dispatch else None)
    first = None if since is None else parse_moment(since, "--since")
    end = None if until is None else parse_moment(until, "--until")
    registry = open_registry()
    # It says at once that there is no such model, where the rest takes seconds to load.
    registry.find(name)
    database = open_prediction_log()
    from rich.console import Console

    from textops.errors import GateRefusedError
    from textops.retraining.plan import RetrainPlan
    from textops.retraining.retrain import retrain as retrain_model
    from textops.retraining.table import render

    plan = RetrainPlan(
        registry=registry,
        database=database,
        name=name,
        overrides=tuple(changes),
        since=first,
        until=end,
        to=to,
        min_labels=min_labels,
        window_share=window_share,
        every_form=optimize,
        from_run=None if from_run is None else folder_of(from_run),
    )
    record = retrain_model(plan)
    Console().print(render(record))
    if record.outcome == "refused":
        raise GateRefusedError(record.reason)
    logger.success("{}", record.reason)
    if record.outcome in {"staged", "promoted"}:
        _tell_github(record.model, registry, dispatch)


def _tell_github(name: str, registry: "Registry", settings: "DispatchSettings") -> None:
    from textops.registry.dispatch import send_staged_model, staged_model
    from textops.registry.names import STAGING

    event = registry.alias(name, STAGING)
    if event is not None:
        send_staged_model(staged_model(registry.version(name, event.version), event), settings)
