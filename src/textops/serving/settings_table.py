"""The settings of the API as a table of Markdown, for docs/serving.md; written by `invoke tables`."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from textops.files import write_text
from textops.prediction_log import PredictionLogSettings
from textops.registry.settings import PREFIX
from textops.serving.settings import ServingSettings

SETTINGS: tuple[type[BaseSettings], ...] = (ServingSettings, PredictionLogSettings)

_ATTRIBUTE = re.compile(r"^ {4}(?: {4})?(\w+): (.+?)(?=^ {4}(?: {4})?\w+: |\Z)", re.MULTILINE | re.DOTALL)


def settings_table(kinds: Sequence[type[BaseSettings]] = SETTINGS) -> str:
    """Return a row for each setting: its variable, its default and what it means."""
    rows = ["| Variable | Default | Meaning |", "| --- | --- | --- |"]
    for settings in kinds:
        meanings = _meanings(settings)
        for name, field in settings.model_fields.items():
            rows.append(f"| `{PREFIX}{name.upper()}` | {_default(field)} | {meanings[name]}{_choices(field)} |")
    return "\n".join(rows) + "\n"


def _meanings(settings: type[BaseSettings]) -> dict[str, str]:
    """Return what the docstring says of each attribute."""
    attributes = (settings.__doc__ or "").partition("Attributes:\n")[2]
    return {
        name: " ".join(meaning.split()).replace("|", "\\|").replace("None ", "not set ")
        for name, meaning in _ATTRIBUTE.findall(attributes)
    }


def _choices(field: FieldInfo) -> str:
    if get_origin(field.annotation) is not Literal:
        return ""
    return f" One of {', '.join(f'`{value}`' for value in get_args(field.annotation))}."


def _default(field: FieldInfo) -> str:
    default = field.default
    if default is None or default == () or field.default_factory is not None:
        return ""
    value = default.get_secret_value() if isinstance(default, SecretStr) else default
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


if __name__ == "__main__":
    write_text(Path(sys.argv[1]), settings_table())
