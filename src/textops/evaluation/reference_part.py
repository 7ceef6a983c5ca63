"""What a bundle keeps of its frozen test set."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from textops.bundle import TEST_PART
from textops.data.parquet_reading import read_parquet
from textops.errors import BundleError

_PART = "part"


def read_test_part(path: Path, columns: Sequence[str]) -> dict[str, list[Any]] | None:
    """Read columns of the examples of the test set.

    Args:
        path: The `reference.parquet` of a bundle.
        columns: Which.

    Returns:
        None where there is no such file.

    Raises:
        BundleError: If the file cannot be read, or lacks one of the columns.
    """
    from pyarrow import ArrowException, compute, parquet

    if not path.is_file():
        return None
    try:
        names = parquet.read_schema(path).names
        # Live traffic, which only newer bundles may have, is no part of the frozen test set.
        parts = [_PART] if _PART in names else []
        table = read_parquet(path, columns=[*columns, *parts])
        found: dict[str, list[Any]] = (table.filter(compute.field(_PART) == TEST_PART) if parts else table).to_pydict()
    except (ArrowException, OSError) as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise BundleError(f"the answers in {path} cannot be read ({reason}): evaluate again") from error
    return found
