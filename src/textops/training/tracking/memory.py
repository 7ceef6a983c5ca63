"""`tracking.json`: which runs of the trackers belong to a run, so that later steps find them again."""

import json
from collections.abc import Mapping
from pathlib import Path

from textops.errors import ConfigurationError
from textops.files import write_text

MEMORY_FILE = "tracking.json"


def remember(folder: Path, run_ids: Mapping[str, str]) -> None:
    """Write down the id of the run of each tracker; nothing where there is none.

    Args:
        folder: Of the run.
        run_ids: Id by kind of tracker.
    """
    if run_ids:
        write_text(folder / MEMORY_FILE, json.dumps(dict(run_ids), indent=2) + "\n")


def remembered(folder: Path) -> dict[str, str]:
    """Return the ids that a run's folder remembers by kind of tracker, empty where it remembers none.

    Raises:
        ConfigurationError: If the file is damaged.
    """
    path = folder / MEMORY_FILE
    try:
        content = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise _damaged(path) from error
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise _damaged(path)
    return content


def _damaged(path: Path) -> ConfigurationError:
    return ConfigurationError(f"{path} is damaged: delete it, and trackers begin anew")
