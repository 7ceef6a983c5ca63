"""The proof that nothing in a bundle was altered: a hash of each file, written by `seal` and checked by `verify`."""

import json
from pathlib import Path

from textops.bundle.contents import MANIFEST_FILE, REQUIRED_FILES
from textops.bundle.manifest import SCHEMA_VERSION, Manifest, own_hash_of
from textops.bundle.reading import read_manifest
from textops.errors import BundleError
from textops.files import sha256_of_file, write_text


def seal(folder: Path, manifest: Manifest) -> Manifest:
    """Hash the files of a folder and write its `bundle.json`, which makes the folder a bundle.

    Args:
        folder: Holds `model.onnx`, `tokenizer.json` and what else belongs to the bundle.
        manifest: Everything but the hashes.

    Returns:
        The manifest as written, with the hashes.

    Raises:
        BundleError: If a required file is missing.
    """
    for name in REQUIRED_FILES:
        if not (folder / name).is_file():
            raise BundleError(f"{folder} has no {name}: export the model first (textops evaluate)")
    hashes = {name: sha256_of_file(folder / name) for name in sorted(_file_names(folder))}
    sealed = manifest.model_copy(update={"schema_version": SCHEMA_VERSION, "files": hashes, "own_hash": None})
    own_hash = own_hash_of(json.loads(sealed.model_dump_json()))
    sealed = sealed.model_copy(update={"own_hash": own_hash})
    write_text(folder / MANIFEST_FILE, sealed.model_dump_json(indent=2) + "\n")
    return sealed


def verify(folder: Path) -> Manifest:
    """Read the manifest and check every file of the bundle against its hash.

    Returns:
        The manifest.

    Raises:
        BundleError: If a file is missing, altered, or not listed in the manifest.
    """
    manifest = read_manifest(folder)
    for name in REQUIRED_FILES:
        if name not in manifest.files:
            raise BundleError(f"{folder / MANIFEST_FILE} does not list {name}: export the bundle again")
    try:
        # An unlisted file is refused too: a model may read weights from a file beside it.
        unlisted = _file_names(folder) - set(manifest.files)
        if unlisted:
            raise BundleError(f"{folder} holds {min(unlisted)}, which its {MANIFEST_FILE} does not list: remove it")
        for name, expected in manifest.files.items():
            _verify_file(folder, name, expected)
    except OSError as error:
        raise BundleError(f"the bundle {folder} cannot be read: {error}") from error
    return manifest


def _verify_file(folder: Path, name: str, expected: str) -> None:
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise BundleError(f"{folder / MANIFEST_FILE} names {name}, which lies outside the bundle")
    if not path.is_file():
        raise BundleError(f"the bundle {folder} misses {name}: copy it again from where it was made")
    actual = sha256_of_file(path)
    if actual != expected:
        raise BundleError(
            f"{path} was altered: its SHA-256 is {actual[:12]}..., the bundle says {expected[:12]}...; "
            "copy it again from where it was made"
        )


def _file_names(folder: Path) -> set[str]:
    """Return the names of all files but the manifest, relative to the folder, with slashes."""
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return names - {MANIFEST_FILE}
