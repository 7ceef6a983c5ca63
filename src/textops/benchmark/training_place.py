"""Where a benchmark trains: everything in one folder of its own, so that nothing of the user's is touched."""

from pathlib import Path


def overrides_for(folder: Path, name: str) -> list[str]:
    """Return the paths of one training among several, which share what was read and tokenized.

    Args:
        folder: Of the benchmark.
        name: Of the training; its run may lie in a folder of this name.
    """
    return [
        f"paths.processed={folder / 'processed'}",
        f"paths.tokens={folder / 'tokens'}",
        f"paths.latest={folder / name / 'latest'}",
    ]
