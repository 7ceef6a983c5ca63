"""The candidate: production's own training repeated on more data, and its bundle in production's own form."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from loguru import logger
from omegaconf import DictConfig

from textops.bundle import Manifest
from textops.errors import ConfigurationError
from textops.files import shown
from textops.optimization.bundling import build_bundle
from textops.optimization.export import CHECKPOINT_VARIANT
from textops.optimization.judged_bundle import Judged
from textops.optimization.optimize import optimize
from textops.optimization.settings import VariantName, settings_for
from textops.training.override_check import parse_overrides
from textops.training.overrides import quoted
from textops.training.repetition import compose_repetition
from textops.training.run import Run
from textops.training.saved_configuration import SavedConfiguration
from textops.training.source import dataset_folder, source_of

# The int8 form of a network is made of a form that is made before it.
_MADE_OF = {"pruned_int8": "pruned", "distilled_int8": "distilled"}
_NGRAM = "ngram"


def check_overrides(overrides: Sequence[str]) -> None:
    """Check that overrides leave the data alone.

    Raises:
        ConfigurationError: If one does not.
    """
    for override in parse_overrides([quoted(text) for text in overrides]):
        if override.key_or_group.partition(".")[0] in {"data", "experiment"}:
            raise ConfigurationError(
                f"a retraining takes the data of production and live traffic: leave {override.input_line} out, or "
                "train anew (textops train)"
            )


def repetition(saved: SavedConfiguration, overrides: Sequence[str], grown: Path | None = None) -> DictConfig:
    """Compose production's training once more.

    Args:
        saved: What production was trained with.
        overrides: What shall be otherwise.
        grown: Folder of the data set with live traffic that it is trained on; None for the one that it was trained on.

    Raises:
        ConfigurationError: If an override does not fit, or the configuration does not fit this version.
    """
    # Without its fingerprint: that the data are other ones needs no warning here.
    saved = dataclasses.replace(saved, fingerprint=None)
    if grown is None:
        return compose_repetition(saved, overrides)
    # Live traffic is added to the data set as it was prepared, not to its shards.
    others = [f"paths.processed={grown.parent}", "streaming.shards=null"]
    configuration = compose_repetition(saved, [*overrides, *others])
    if dataset_folder(configuration) != grown:
        raise ConfigurationError(
            f"{shown(saved.folder)} was trained on {source_of(configuration).name}, the data set of production is "
            f"{grown.name}: repeat a run that was trained on that (--from-run)"
        )
    return configuration


def forms_like(production: Manifest) -> tuple[VariantName, ...]:
    """Return which forms have to be made to have that of production among them, none for the plain export."""
    known: tuple[VariantName, ...] = get_args(VariantName)
    variant = CHECKPOINT_VARIANT if production.export is None else production.export.variant
    if variant == CHECKPOINT_VARIANT:
        return ()
    wanted = {variant} if production.encoder == _NGRAM else {variant, _MADE_OF.get(variant, variant)}
    return tuple(name for name in known if name in wanted)


def bundled(run: Run, production: Manifest, *, every_form: bool) -> Judged:
    """Make the bundle of a candidate in the form that production has.

    That form is made and measured once beside the plain export, and ships if it keeps the bounds of `optimization`.

    Args:
        run: The trained candidate.
        production: Manifest of the version in production.
        every_form: Make and measure all forms as `textops optimize` does, and let its policy choose.

    Raises:
        TextopsError: If a part of it cannot be made.
    """
    settings = settings_for(run.configuration)
    if every_form:
        return optimize(run, settings).judged
    forms = forms_like(production)
    if not forms:
        return build_bundle(run)
    logger.info("Production ships as {}: so does the candidate if that form answers well enough", forms[-1])
    once = settings.measurement.model_copy(update={"rounds": 1})
    return optimize(run, settings.model_copy(update={"variants": forms, "measurement": once})).judged
