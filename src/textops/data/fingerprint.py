"""A hash that says whether a data set would come out the same."""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from textops.data.configuration import SourceConfiguration, SyntheticConfiguration
from textops.data.locations import SourceFile
from textops.errors import DataError
from textops.files import sha256_of_file
from textops.frozen import Frozen

PREPARATION_VERSION = 2
"""Raised when the same source would give another data set with this version of the code."""


_LATER = ("rare_classes", "synthetic.imbalance", "task", "label_separator")
"""Settings that textops has had since there are data sets: as long as nobody uses one, a fingerprint stays."""


def fingerprint_of(configuration: SourceConfiguration, files: Iterable[SourceFile]) -> str:
    """Hash the configuration and the content of the files.

    Where the files lie, what the data set is called, by what it is measured and the note on its licence do not count:
    the same data have the same fingerprint on every machine.

    Raises:
        DataError: If a file cannot be read.
    """
    settings = configuration.model_dump(
        mode="json", exclude={"name", "note", "paths", "npm", "sql", "huggingface", "source_column"}
    )
    _leave_out_later(settings)
    digest = sha256(json.dumps([PREPARATION_VERSION, settings], sort_keys=True).encode())
    for file in files:
        try:
            digest.update(f"\n{file.relative}\0{sha256_of_file(file.path)}".encode())
        except OSError as error:
            raise DataError(f"{file.name} cannot be read: {error.strerror or error}") from error
    return digest.hexdigest()


def _leave_out_later(settings: dict[str, Any]) -> None:
    """Take out the settings of `_LATER` that have their defaults."""
    for key in _LATER:
        *path, last = key.split(".")
        section = settings.get(path[0]) or {} if path else settings
        fields = SyntheticConfiguration.model_fields if path else SourceConfiguration.model_fields
        default = fields[last].default
        if isinstance(default, Frozen):
            default = default.model_dump(mode="json")
        if section.get(last) == default:
            section.pop(last)
