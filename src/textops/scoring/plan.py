"""What a run is: two runs with the same plan make the same output, so that one may go on where the other ended."""

import hashlib
import json
from collections.abc import Mapping

from textops.bundle import MANIFEST_FILE
from textops.errors import ConfigurationError
from textops.files import write_text
from textops.scoring.destination import Destination
from textops.scoring.model import ChosenModel
from textops.scoring.part_scorer import ScoreTask
from textops.scoring.source import Source
from textops.scoring.work import PLAN_FILE, begin_anew, is_whole, read_plan

PLAN_VERSION = 1

# What people call the parts of a plan.
_NAMES = {
    "input": "the input",
    "columns": "the columns of the input",
    "read": "how the input is read (--read)",
    "text_columns": "--text-columns",
    "kept": "--keep",
    "model": "the model",
    "bundle": "the content of the model",
    "every_class": "--probabilities",
    "batch_size": "--batch-size",
    "version": "the version of textops",
}


def plan_of(source: Source, task: ScoreTask, model: ChosenModel, batch_size: int) -> dict[str, object]:
    """Return all that the output depends on."""
    states = [file.state.model_dump() for file in source.files]
    manifest = (model.folder / MANIFEST_FILE).read_bytes()
    return {
        "version": PLAN_VERSION,
        "input": _digest(states),
        "columns": _digest([[field.name, str(field.type)] for field in source.schema]),
        "read": source.read.model_dump(mode="json"),
        "text_columns": list(task.text_columns),
        "kept": list(task.kept),
        "model": model.shown,
        "bundle": hashlib.sha256(manifest).hexdigest(),
        "every_class": task.every_class,
        "batch_size": batch_size,
    }


def take_up(destination: Destination, plan: Mapping[str, object], *, overwrite: bool) -> bool:
    """Begin, or go on with what was begun.

    Args:
        destination: Where the output goes.
        plan: What is to be done.
        overwrite: Whether what was begun may be thrown away.

    Returns:
        Whether something was begun with the same plan.

    Raises:
        ConfigurationError: If something else was begun.
    """
    begun = read_plan(destination.folder)
    if begun == plan and is_whole(destination):
        return True
    if begun is not None and begun != plan and not overwrite:
        raise ConfigurationError(
            f"{destination.path} was begun otherwise ({_difference(begun, plan)}): repeat the old command to go on, or "
            "begin anew with --overwrite"
        )
    begin_anew(destination)
    write_text(destination.folder / PLAN_FILE, json.dumps(plan, indent=2) + "\n")
    return False


def _difference(begun: Mapping[str, object], plan: Mapping[str, object]) -> str:
    """Name the first thing that changed, and how where a person can read it."""
    key = next((key for key in plan if begun.get(key) != plan[key]), "version")
    name = _NAMES[key]
    if key in {"text_columns", "model", "batch_size", "every_class"}:
        return f"{name} was {_in_words(begun.get(key))} and is {_in_words(plan[key])}"
    return f"{name} changed"


def _in_words(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
