"""The configuration that a run or a bundle keeps of its training."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from yaml import YAMLError  # type: ignore[import-untyped]

from textops.bundle import CONFIGURATION_FILE as CONFIGURATION_IN_BUNDLE
from textops.bundle import MANIFEST_FILE, verify
from textops.errors import ConfigurationError
from textops.files import shown
from textops.training.run import CONFIGURATION_FILE, RECORD_FILE, Run
from textops.training.tracking.hiding import without_secrets

_NEEDED = frozenset({"data", "model", "optimizer", "scheduler", "trainer", "callbacks"})
_HIDDEN = re.compile(r"\*\*\*|.*(?:://\*\*\*@|=\*\*\*(?:&|$)).*", re.DOTALL)
_HEADER = "# The configuration this model was trained with: textops train --from-run FOLDER_OF_THIS_BUNDLE\n"


@dataclass(frozen=True)
class SavedConfiguration:
    """What a training was made with.

    Attributes:
        folder: Of the run or the bundle.
        content: The configuration; that of a bundle leaves folders of a machine open.
        fingerprint: Of the data set, None where the training did not come so far.
    """

    folder: Path
    content: dict[str, Any]
    fingerprint: str | None


def read_saved(folder: Path) -> SavedConfiguration:
    """Read the configuration of a run or a bundle.

    Args:
        folder: Of a run (finished or not) or of a bundle, or a link to one.

    Raises:
        ConfigurationError: If there is none, or it cannot be read.
        BundleError: If the bundle was altered.
    """
    folder = folder.resolve()
    if (folder / MANIFEST_FILE).is_file():
        manifest = verify(folder)
        if CONFIGURATION_IN_BUNDLE not in manifest.files:
            raise ConfigurationError(
                f"the bundle {shown(folder)} says not how it was trained, older ones do not: give the folder of its run"
            )
        return SavedConfiguration(folder, _read(folder / CONFIGURATION_IN_BUNDLE), manifest.data.fingerprint)
    path = folder / CONFIGURATION_FILE
    if not path.is_file():
        raise ConfigurationError(
            f"{shown(folder)} is neither a run nor a bundle: it has no {CONFIGURATION_FILE}; give outputs/DATE/TIME, "
            "models/latest, or a model of the registry as name@alias"
        )
    finished = (folder / RECORD_FILE).is_file()
    return SavedConfiguration(folder, _read(path), Run.load(folder).record.fingerprint if finished else None)


def portable_yaml(configuration: DictConfig) -> str:
    """Return a configuration as it can leave this machine: no folders of the machine, no secrets.

    Folders of the group `paths` become interpolations, so that they are those of the machine that reads it.

    Args:
        configuration: Of a finished run, resolved.
    """
    content = as_container(configuration)
    paths = content.pop("paths")
    content.pop("from_run", None)
    without_search(content)
    folders = {str(value): f"${{paths.{key}}}" for key, value in paths.items() if value}
    folders[str(Path.cwd())] = ""
    content = replaced(without_secrets(content), lambda text: _relative(text, folders))
    return _HEADER + OmegaConf.to_yaml(OmegaConf.create(content))


def without_search(content: dict[str, Any]) -> None:
    """Take out what made the training a trial of a search; its values stay."""
    if content.pop("search", None) is not None:
        content["callbacks"].pop("pruning", None)


def with_other_folder(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy in which what lay in the folder of the run lies in the folder of whatever run it will be."""
    run = str(content.get("paths", {}).get("run") or "")

    def moved(text: str) -> str:
        found = below(text, run, "${paths.run}")
        return text if found is None else found

    copy: dict[str, Any] = replaced(content, moved)
    if run:
        copy["paths"]["run"] = run
    return copy


def is_hidden(value: object) -> bool:
    """Tell whether a value was hidden because it is a secret, or holds one."""
    return isinstance(value, str) and _HIDDEN.fullmatch(value) is not None


def replaced(value: Any, replace: Callable[[str], str]) -> Any:  # noqa: ANN401 (whatever stands in a configuration)
    """Return a copy of nested mappings and lists with each text replaced."""
    if isinstance(value, Mapping):
        return {key: replaced(part, replace) for key, part in value.items()}
    if isinstance(value, list):
        return [replaced(part, replace) for part in value]
    return replace(value) if isinstance(value, str) else value


def below(text: str, folder: str, instead: str) -> str | None:
    """Return a path with another beginning, None where it does not lie in the folder."""
    # A bundle names no folder, and nothing lies there; least of all what is empty.
    if not folder:
        return None
    if text == folder:
        return instead
    return f"{instead}{text[len(folder) :]}" if text.startswith(f"{folder}/") else None


def as_container(configuration: DictConfig, *, resolve: bool = True) -> dict[str, Any]:
    """Return plain mappings and lists."""
    container = OmegaConf.to_container(configuration, resolve=resolve)
    if not isinstance(container, dict):
        raise TypeError("a configuration is a mapping")
    return {str(key): value for key, value in container.items()}


def _relative(text: str, folders: Mapping[str, str]) -> str:
    # The longest first: a run lies in the folder of all runs.
    for folder in sorted(folders, key=len, reverse=True):
        found = below(text, folder, folders[folder])
        if found is not None:
            return found.removeprefix("/") if not folders[folder] else found
    return text


def _read(path: Path) -> dict[str, Any]:
    try:
        configuration = OmegaConf.load(path)
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise ConfigurationError(f"{shown(path)} is damaged or cannot be read: repeat another run") from error
    if not isinstance(configuration, DictConfig) or not set(configuration) >= _NEEDED:
        raise ConfigurationError(f"{shown(path)} is not the configuration of a training: repeat another run")
    return as_container(configuration, resolve=False)
