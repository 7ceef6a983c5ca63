"""Where prepared data sets lie, those included to which live traffic was added."""

from pathlib import Path

from textops.data.manifest import MANIFEST_FILE, read_manifest

SHARDED = ".shards"
"""Below the folder of prepared data sets: those whose training shards lie elsewhere. No data set can have this name."""
_SHOWN_OF_A_FINGERPRINT = 12


def grown_folder(processed: Path, name: str, fingerprint: str) -> Path:
    """Return where a data set lies to which live traffic was added.

    Args:
        processed: Folder of all data sets.
        name: Of the data set.
        fingerprint: Of what it is now.

    Returns:
        A folder with the name of the data set, so that its parent can stand in for the folder of all data sets.
    """
    return processed / f"{name}.retraining" / fingerprint[:_SHOWN_OF_A_FINGERPRINT] / name


def folder_of(processed: Path, name: str, fingerprint: str) -> Path:
    """Return where the data set of a fingerprint lies, or else the one that was prepared from its source."""
    grown = grown_folder(processed, name, fingerprint)
    if grown.is_dir():
        return grown
    if not (processed / name).is_dir():
        for path in sorted((processed / SHARDED).glob(f"*/{MANIFEST_FILE}")):
            if read_manifest(path.parent).fingerprint == fingerprint:
                return path.parent
    return processed / name
