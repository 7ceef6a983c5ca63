"""What live traffic is compared with: the features of held-out examples that a bundle carries."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from textops.bundle import LIVE_PART, REFERENCE_FILE, Manifest
from textops.errors import BundleError
from textops.monitoring.answered_labels import every_label

if TYPE_CHECKING:
    import pyarrow as pa

LABELS = "predicted"
PROBABILITIES = "probabilities"
_PART = "part"
_NO_FEATURES = frozenset({_PART, "id", "label", LABELS, PROBABILITIES})
# So many live texts tell more of the present world than the test set, however large, which is of the old one.
_FEWEST_LIVE = 100

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Reference:
    """Held-out examples as the model saw them.

    Attributes:
        manifest: Of the bundle.
        predicted: The answer that the model gave each.
        probabilities: Calibrated, shape [examples, classes]; None in bundles of old.
        features: Values by the name of the feature, shape [examples], NaN where unknown.
    """

    manifest: Manifest
    predicted: list[str]
    probabilities: Numbers | None
    features: dict[str, Numbers]

    def __len__(self) -> int:
        return len(self.predicted)

    @property
    def given(self) -> list[str]:
        """What the answers count as: each of their labels."""
        return every_label(self.predicted, self.manifest.separator)


def read_reference(folder: Path, manifest: Manifest) -> Reference:
    """Read the reference of a bundle.

    Raises:
        BundleError: If it has none, or one of another model.
    """
    from pyarrow import ArrowException, parquet

    path = folder / REFERENCE_FILE
    if REFERENCE_FILE not in manifest.files:
        raise BundleError(f"{folder} has no {REFERENCE_FILE} to compare with: make the bundle again (textops evaluate)")
    try:
        table = parquet.read_table(path)
    except (ArrowException, OSError) as error:
        raise BundleError(f"{path} cannot be read: {error}") from error
    table = _of_present_world(table)
    if not table.num_rows or LABELS not in table.column_names:
        raise BundleError(f"{path} holds no examples: make the bundle again (textops evaluate)")
    predicted = [str(name) for name in table[LABELS].to_pylist()]
    named = {label for answer in set(predicted) for label in manifest.labels_of(answer)}
    strangers = sorted(named - set(manifest.classes))
    if strangers:
        raise BundleError(f"{path} is of another model, its class {strangers[0]!r} is none of {manifest.name}")
    try:
        return Reference(manifest, predicted, _probabilities(table, manifest), _features(table))
    except (TypeError, ValueError) as error:
        raise BundleError(f"{path} holds something other than numbers ({error}): make the bundle again") from error


def _of_present_world(table: "pa.Table") -> "pa.Table":
    """Return the live texts that a model was retrained for, where there are enough; else all."""
    from pyarrow import compute

    if _PART not in table.column_names:
        return table
    live = table.filter(compute.field(_PART) == LIVE_PART)
    return live if live.num_rows >= _FEWEST_LIVE else table


def _probabilities(table: "pa.Table", manifest: Manifest) -> Numbers | None:
    if PROBABILITIES not in table.column_names:
        return None
    rows = np.array(table[PROBABILITIES].to_pylist(), np.float64)
    return rows if rows.shape == (table.num_rows, len(manifest.classes)) and np.isfinite(rows).all() else None


def _features(table: "pa.Table") -> dict[str, Numbers]:
    names = [name for name in table.column_names if name not in _NO_FEATURES]
    columns = {name: np.array(table[name].to_pylist(), np.float64) for name in names}
    return {name: values for name, values in columns.items() if np.isfinite(values).any()}
