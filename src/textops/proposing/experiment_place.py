"""Where the experiment of a new data set goes, and what it may be called."""

import re
from pathlib import Path

from textops.data.configuration import name_of
from textops.errors import ConfigurationError
from textops.installation import OWN_CONFIGURATION, configuration_folder
from textops.proposing.printable import quoted

_NAME = re.compile(r"[^\W\d_][\w-]{0,99}")
_WORDS_OF_HYDRA = frozenset({"null", "true", "false", "nan", "inf"})


def place_of(name: str) -> Path:
    """Return the path of an experiment file, relative to the folder that the command runs in."""
    return Path(OWN_CONFIGURATION) / "experiment" / f"{name}.yaml"


def check_place(name: str | None, path: str, *, force: bool) -> str:
    """Return the name of the experiment: what was asked for, else that of the data.

    Raises:
        ConfigurationError: If it cannot be one, is taken, comes with textops, or something else lies where it goes.
    """
    # What stands behind the question mark of an address is no part of a name.
    plain = path.partition("?")[0] if "://" in path else path
    chosen = _made_possible(name_of(plain)) if name is None else name
    if not _is_possible(chosen):
        raise ConfigurationError(
            f"--name {quoted(chosen)} cannot be a name: use letters, digits, '-' and '_', a letter first"
        )
    place = place_of(chosen)
    for there, is_right in ((place.parent.parent, Path.is_dir), (place.parent, Path.is_dir), (place, Path.is_file)):
        if there.exists() and not is_right(there):
            raise ConfigurationError(f"{there} is in the way: the experiment goes to {place}, so move it elsewhere")
    if place.exists() and not force:
        raise ConfigurationError(f"{place} is there already: --force replaces it, --name gives another name")
    shipped = configuration_folder() / "experiment" / place.name
    if shipped.is_file() and shipped.resolve() != place.resolve():
        raise ConfigurationError(f"an experiment {chosen} comes with textops: give yours another name with --name")
    return chosen


def _is_possible(name: str) -> bool:
    return _NAME.fullmatch(name) is not None and name.lower() not in _WORDS_OF_HYDRA


def _made_possible(name: str) -> str:
    cut = name[:100].strip("-_")
    return cut if _is_possible(cut) else f"data_{cut}"[:100]
