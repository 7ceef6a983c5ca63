"""Reading what a bundle says of itself, of this schema or an older one."""

import json
from pathlib import Path

from pydantic import ValidationError

from textops.bundle.contents import MANIFEST_FILE
from textops.bundle.manifest import Manifest, own_hash_of
from textops.errors import BundleError

READABLE_SCHEMA_VERSIONS = (1, 2, 3, 4, 5)
"""Version 1 lacks `export`, which is then not known; version 2 lacks `decision`, the answer is then the most probable
class; version 3 lacks `several`, a text then has one class; version 4 lacks `own_hash`, damage of the manifest itself
then goes unnoticed where it stays readable; all else is the same."""
_FIRST_WITH_OWN_HASH = 5


def read_manifest(folder: Path) -> Manifest:
    """Read `bundle.json` without checking the other files.

    Raises:
        BundleError: If the file is missing, not valid, or of a schema this version does not know.
    """
    path = folder / MANIFEST_FILE
    if not folder.is_dir():
        raise BundleError(f"no bundle at {folder}: give the folder that holds {MANIFEST_FILE}")
    if not path.is_file():
        raise BundleError(f"{folder} is not a bundle: it has no {MANIFEST_FILE}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error}") from error
    return parse_manifest(content, str(path))


def parse_manifest(content: bytes, origin: str) -> Manifest:
    """Take the content of a `bundle.json` apart.

    Args:
        content: What stands in the file.
        origin: Where it lies, for messages.

    Raises:
        BundleError: If it is not valid, altered, or of a schema this version does not know.
    """
    try:
        manifest = Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(str(part) for part in first["loc"]) or "the document"
        raise BundleError(f"{origin} is not valid at {where}: {first['msg']}; export the bundle again") from error
    if manifest.schema_version not in READABLE_SCHEMA_VERSIONS:
        raise BundleError(
            f"{origin} has schema version {manifest.schema_version}, this textops reads "
            f"{' and '.join(map(str, READABLE_SCHEMA_VERSIONS))}: "
            "export the bundle again with this version"
        )
    is_expected = manifest.own_hash is not None or manifest.schema_version >= _FIRST_WITH_OWN_HASH
    if is_expected and manifest.own_hash != own_hash_of(json.loads(content)):
        raise BundleError(f"{origin} was altered: its own SHA-256 is another; copy it again from where it was made")
    return manifest
