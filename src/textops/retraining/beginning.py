"""What a retraining begins with: the version in production, how it was trained, and on what."""

from dataclasses import dataclass
from pathlib import Path

from textops.data.dataset import Dataset
from textops.data.places import folder_of
from textops.errors import DataError
from textops.registry.version import Version
from textops.retraining.candidate import check_overrides, repetition
from textops.retraining.plan import RetrainPlan
from textops.training.saved_configuration import SavedConfiguration, read_saved


@dataclass(frozen=True)
class Beginning:
    """What a retraining begins with.

    Attributes:
        production: The version that answers now.
        saved: What is repeated.
        processed: Folder of all data sets.
        base: The data set that production was trained on.
    """

    production: Version
    saved: SavedConfiguration
    processed: Path
    base: Dataset


def begin(plan: RetrainPlan) -> Beginning:
    """Find what a retraining begins with; nothing is written.

    Raises:
        RegistryError: If the model has no version in production.
        ConfigurationError: If an override does not fit, or production says not how it was trained.
        DataError: If the data set of production is not there.
    """
    check_overrides(plan.overrides)
    production = plan.registry.find(plan.name)
    saved = read_saved(production.path if plan.from_run is None else plan.from_run)
    processed = Path(str(repetition(saved, plan.overrides).paths.processed))
    return Beginning(production, saved, processed, _base(production, processed))


def _base(production: Version, processed: Path) -> Dataset:
    data = production.manifest.data
    dataset = Dataset.load(folder_of(processed, data.name, data.fingerprint))
    if dataset.manifest.fingerprint != data.fingerprint:
        raise DataError(
            f"{dataset.folder} is not the data set that {production} was trained on, and its test set may hold what "
            "that has learned: prepare that one again, or restore it from a copy"
        )
    if dataset.index is not None:
        raise DataError(f"{dataset.folder} is sharded, and live traffic is added to whole data sets: prepare it there")
    return dataset
