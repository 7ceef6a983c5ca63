"""Where an encoder that somebody else has trained comes from: a folder, an installed package, or the hub."""

import os
import re
import zipfile
import zlib
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution
from pathlib import Path, PurePosixPath

from loguru import logger
from pydantic import RootModel, ValidationError

from textops.errors import ConfigurationError
from textops.files import folder_written_beside, sha256_of_file, shown, write_text

ARCHITECTURE_FILE = "config.json"
TOKENIZER_FILE = "tokenizer.json"
# From these the tokenizer can be built where its own file is missing.
VOCABULARY_FILES = (
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "spiece.model",
    "sentencepiece.bpe.model",
    "tokenizer.model",
)
_TOKENIZER_FILES = (TOKENIZER_FILE, "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json")
_WEIGHTS = re.compile(r"(model|pytorch_model)(-\d+-of-\d+)?\.(safetensors|bin)")
_INDICES = ("model.safetensors.index.json", "pytorch_model.bin.index.json")
_RECORD_FILE = "unpacked.json"
_PACKAGE_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
# Nobody should wait longer than this to learn that the hub cannot be reached.
_HUB_SECONDS = 5
NOT_INSTALLED = "a pretrained encoder needs {}, which is not installed: pip install 'textops[pretrained]'"


class _Unpacked(RootModel[dict[str, str]]):
    """SHA-256 of each unpacked file by its name; written last."""


def model_folder(source: str, cache: Path) -> Path:
    """Find the folder that holds an encoder's architecture, weights and tokenizer.

    Args:
        source: A folder, the name of an installed package that carries a model, or a name on the hub; tried in this
            order.
        cache: Where models that come packed are unpacked, once.

    Raises:
        ConfigurationError: If there is no model.
    """
    if (folder := _present(source)) is not None:
        return _checked(folder)
    if not source or source.startswith((".", "/", "~")) or not _HUB_NAME.fullmatch(source):
        raise ConfigurationError(
            f"there is no folder {source!r}: set model.source to a folder, an installed package, or a name on the hub"
        )
    if _PACKAGE_NAME.fullmatch(source):
        try:
            return _from_package(distribution(source), cache)
        except PackageNotFoundError:
            pass
    return _checked(_from_hub(source))


def _present(source: str) -> Path | None:
    try:
        folder = Path(source).expanduser()
        return folder if source and folder.exists() else None
    except (OSError, RuntimeError):
        # A name that no file could have, or the home of nobody.
        return None


def _checked(folder: Path) -> Path:
    if not folder.is_dir():
        raise ConfigurationError(f"{shown(folder)} is no folder: set model.source to the folder of a model")
    names = {path.name for path in folder.iterdir()}
    if ARCHITECTURE_FILE not in names:
        raise ConfigurationError(f"{shown(folder)} is no model: it lacks {ARCHITECTURE_FILE}")
    if not any(map(_WEIGHTS.fullmatch, names)):
        raise ConfigurationError(f"{shown(folder)} holds no weights: it lacks model.safetensors")
    return folder


def _from_package(package: Distribution, cache: Path) -> Path:
    """Return a model's folder inside a package, or unpack the archive that a package carries. Nothing is imported."""
    files = package.files or []
    if (folder := _model_among(map(str, files))) is not None:
        return _checked(Path(str(package.locate_file(str(folder)))))
    for file in files:
        if file.suffix == ".zip":
            archive = Path(str(package.locate_file(file)))
            if zipfile.is_zipfile(archive):
                with zipfile.ZipFile(archive) as opened:
                    inside = _model_among(opened.namelist())
                if inside is not None:
                    return _unpacked(archive, inside, _digest(file, archive), cache / _folder_name(package))
    raise ConfigurationError(f"the package {package.name} carries no model: set model.source to one that does")


def _model_among(names: Iterable[str]) -> PurePosixPath | None:
    """Return the first folder that holds an architecture and weights beside each other."""
    paths = [PurePosixPath(name) for name in names]
    described = {path.parent for path in paths if path.name == ARCHITECTURE_FILE}
    weighed = {path.parent for path in paths if _WEIGHTS.fullmatch(path.name)}
    return min(described & weighed, key=lambda folder: (len(folder.parts), str(folder)), default=None)


def _folder_name(package: Distribution) -> str:
    return f"{package.name}-{package.version}"


def _digest(file: PackagePath, archive: Path) -> str:
    """Return the SHA-256 that the package promises of its archive, or else the one it has; hexadecimal."""
    if file.hash is None or file.hash.mode != "sha256":
        return sha256_of_file(archive)
    return urlsafe_b64decode(file.hash.value + "=" * (-len(file.hash.value) % 4)).hex()


def _unpacked(archive: Path, inside: PurePosixPath, digest: str, place: Path) -> Path:
    """Unpack a model where that was not done before, or where what lies there is damaged."""
    folder = place.with_name(f"{place.name}-{digest[:12]}")
    if _is_whole(folder):
        return folder
    if folder.exists():
        logger.warning("{} is damaged and unpacked again", shown(folder))
    if sha256_of_file(archive) != digest:
        raise ConfigurationError(f"{archive} is not what its package installed: install the package again")
    logger.info("Unpacking {} into {}", archive.name, shown(folder))
    try:
        with folder_written_beside(folder) as beside:
            _unpack(archive, inside, beside)
            if _is_whole(folder):
                # Another process was faster, and may be reading already.
                raise FileExistsError(folder)
    except (zipfile.BadZipFile, zlib.error) as error:
        raise ConfigurationError(f"{archive} cannot be unpacked ({error}): install the package again") from error
    except OSError as error:
        if _is_whole(folder):
            return folder
        raise ConfigurationError(
            f"{shown(folder)} cannot be written ({error.strerror or error}): set paths.pretrained"
        ) from error
    return folder


def _unpack(archive: Path, inside: PurePosixPath, folder: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            path = PurePosixPath(name)
            # Only names that are known, so that none leads out of the folder.
            if path.parent == inside and _is_wanted(path.name):
                with opened.open(name) as packed, (folder / path.name).open("wb") as file:
                    while block := packed.read(1 << 20):
                        file.write(block)
    record = _Unpacked({path.name: sha256_of_file(path) for path in sorted(folder.iterdir())})
    write_text(folder / _RECORD_FILE, record.model_dump_json(indent=2) + "\n")


def _is_whole(folder: Path) -> bool:
    try:
        record = _Unpacked.model_validate_json((folder / _RECORD_FILE).read_bytes())
        return all(sha256_of_file(folder / name) == digest for name, digest in record.root.items())
    except (OSError, ValidationError):
        return False


def _is_wanted(name: str) -> bool:
    named = (ARCHITECTURE_FILE, *_TOKENIZER_FILES, *VOCABULARY_FILES, *_INDICES)
    return name in named or _WEIGHTS.fullmatch(name) is not None


def _from_hub(name: str) -> Path:
    """Fetch a model from the hub, or take it from the hub library's cache, which needs no network.

    Raises:
        ConfigurationError: If it is not in the cache and the hub does not give it.
    """
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        from huggingface_hub.errors import (  # type: ignore[attr-defined]
            HfHubHTTPError,
            HTTPError,
            OfflineModeIsEnabled,
        )
    except ModuleNotFoundError as error:
        raise ConfigurationError(NOT_INSTALLED.format(error.name)) from error

    if (fetched := _from_hub_cache(name)) is not None:
        return fetched
    install = "" if "/" in name else f" (pip install {name})"
    missing = f"{name!r} is neither a folder nor an installed package{install}"
    try:
        return _fetch(name)
    except OfflineModeIsEnabled as error:
        raise ConfigurationError(f"{missing}, and HF_HUB_OFFLINE forbids asking the hub") from error
    except HfHubHTTPError as error:
        raise ConfigurationError(f"{missing}, and the hub does not give it: {_first_line(error)}") from error
    except (HTTPError, OSError) as error:
        raise ConfigurationError(f"{missing}, and the hub cannot be reached: {_first_line(error)}") from error


def _from_hub_cache(name: str) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = Path(snapshot_download(name, local_files_only=True))
    except LocalEntryNotFoundError:
        return None
    return folder if (folder / ARCHITECTURE_FILE).exists() else None


def _fetch(name: str) -> Path:
    from huggingface_hub import HfApi, hf_hub_download

    # One short question first: the library would ask an absent hub again and again.
    found = HfApi().model_info(name, timeout=_HUB_SECONDS)
    wanted = [part.rfilename for part in found.siblings or [] if _is_wanted(part.rfilename)]
    if ARCHITECTURE_FILE not in wanted:
        raise ConfigurationError(f"{name} on the hub is no model: it lacks {ARCHITECTURE_FILE}")
    logger.info("Fetching {} from the hub", name)
    # The architecture comes last: where it is, all is there.
    for file in sorted(wanted, key=lambda file: file == ARCHITECTURE_FILE):
        fetched = hf_hub_download(name, file, revision=found.sha, etag_timeout=_HUB_SECONDS)
    return Path(fetched).parent


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
