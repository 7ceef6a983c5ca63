"""Promotion: a version becomes what an alias stands for, if the gate lets it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from loguru import logger

from textops.commands.arguments import ReferenceArgument
from textops.commands.defaults import open_registry
from textops.errors import DataError

if TYPE_CHECKING:
    from textops.data.dataset import Dataset
    from textops.registry.store import Registry
    from textops.registry.version import Version


def promote(
    reference: ReferenceArgument = None,
    *,
    to: Annotated[str, typer.Option(help="The alias to move: staging, production or any other.")] = "production",
    test_data: Annotated[
        Path | None,
        typer.Option(help="Prepared data set whose test split judges; by default the model's own."),
    ] = None,
    force: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Promote whatever the gate says; the reason is stored."),
    ] = None,
    no_dispatch: Annotated[
        bool, typer.Option("--no-dispatch", help="Do not tell the GitHub repository of a staged model.")
    ] = False,
) -> None:
    """Move an alias to a version, if it passes the gate: hashes, parity, test set, calibration, budget, behaviour.

    Exit code 3 if it does not. Example: textops promote bbc_news/2 --to staging
    """
    from textops.evaluation.evidence import gather_evidence, held_out_of
    from textops.installation import configuration_folder
    from textops.registry.dispatch import DispatchSettings, send_staged_model, staged_model
    from textops.registry.names import LATEST, STAGING
    from textops.registry.promotion import promote as move_alias
    from textops.registry.settings import RegistrySettings, read_settings

    # Read first: an impossible value must not be found after the alias has moved.
    bounds = read_settings(RegistrySettings).bounds
    dispatch = read_settings(DispatchSettings, github_dispatch=False if no_dispatch else None)
    registry = open_registry()
    version = registry.find(reference, default_alias=LATEST)
    held_out = held_out_of(held_out_data(version, test_data))
    evidence = gather_evidence(version, held_out, configuration_folder() / "behaviour")
    event = move_alias(registry, str(version), to, held_out, bounds=bounds, evidence=evidence, force_reason=force)
    logger.success("{}@{} is version {}; next: {}", version.name, to, event.version, _next_step(registry, version, to))
    if to == STAGING:
        send_staged_model(staged_model(version, event), dispatch)


def held_out_data(version: "Version", folder: Path | None) -> "Dataset":
    """Open the data set whose test split judges.

    Args:
        version: The candidate.
        folder: The data set that was named, None for the one that the model was trained on.

    Raises:
        DataError: If none was named, and the one at hand is not the one the model was trained on.
    """
    from textops.data.dataset import Dataset
    from textops.data.places import folder_of

    data = version.manifest.data
    dataset = Dataset.load(folder or folder_of(Path("data/processed"), data.name, data.fingerprint))
    if folder is None and dataset.manifest.fingerprint != data.fingerprint:
        raise DataError(
            f"{dataset.folder} is not the data set that {version} was trained on, and may hold its training examples: "
            "prepare that one again, or name a test set with --test-data"
        )
    return dataset


def _next_step(registry: "Registry", version: "Version", alias: str) -> str:
    from textops.registry.names import PRODUCTION, STAGING

    if alias == STAGING:
        return f"textops promote {version}"
    if alias != PRODUCTION:
        return f"textops serve --model {version.name}@{alias}"
    # Beside another model, a service has to be told which one it is to answer with.
    return "textops serve" if len(registry.holding(PRODUCTION)) == 1 else f"textops serve --model {version.name}"
