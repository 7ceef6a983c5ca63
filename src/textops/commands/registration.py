"""What the registry does: register, roll back, show."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from loguru import logger

from textops.commands.arguments import ReferenceArgument
from textops.commands.defaults import latest_run, open_registry
from textops.errors import ConfigurationError


def register(
    bundle: Annotated[Path | None, typer.Argument(help="A bundle; by default that of the last run.")] = None,
    *,
    name: Annotated[str | None, typer.Option(help="Name of the model; by default the bundle's own.")] = None,
    force: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Register it even if it does not beat the most frequent class; stored."),
    ] = None,
) -> None:
    """Put a bundle into the registry as a new version, if its model beats always answering the most frequent class.

    Exit code 3 if it does not. Example: textops register models/latest/bundle --name news
    """
    from textops.evaluation.admission import admit

    folder = bundle or latest_run() / "bundle"
    if bundle is None and not folder.is_dir():
        raise ConfigurationError(f"the last run has no bundle at {folder}: textops evaluate makes it")
    version = admit(open_registry(), folder, name, force_reason=force)
    logger.success("Registered {}; next: textops promote {}", version, version)


def rollback(
    name: Annotated[str | None, typer.Argument(help="Name of the model; by default the only one.")] = None,
    *,
    alias: Annotated[str, typer.Option(help="The alias to move back.")] = "production",
    reason: Annotated[str | None, typer.Option(help="Why; stored.")] = None,
) -> None:
    """Give an alias back to its previous holder.

    Example: textops rollback bbc_news --reason "complaints about sports"
    """
    from textops.registry.names import LATEST

    registry = open_registry()
    event = registry.rollback(name or registry.find(default_alias=LATEST).name, alias, reason)
    logger.success("{} is version {} again (was {})", alias, event.version, event.previous)


def card(reference: ReferenceArgument = None) -> None:
    """Show the model card of a version.

    Example: textops card bbc_news@production
    """
    from textops.bundle import CARD_FILE
    from textops.errors import BundleError

    path = open_registry().resolve(reference) / CARD_FILE
    if not path.is_file():
        raise BundleError(f"{path.parent} has no {CARD_FILE}: make the bundle with textops evaluate")
    text = path.read_text(encoding="utf-8")
    if not sys.stdout.isatty():
        # What reads a pipe or a file wants Markdown.
        typer.echo(text)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))
