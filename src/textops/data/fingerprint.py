"""A hash that says whether a data set would come out the same."""

import json
from collections.abc import Iterable
from hashlib import sha256

from textops.data.configuration import SourceConfiguration
from textops.data.locations import SourceFile
from textops.errors import DataError
from textops.files import sha256_of_file

PREPARATION_VERSION = 1
"""Raised when the same source would give another data set with this version of the code."""


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
    digest = sha256(json.dumps([PREPARATION_VERSION, settings], sort_keys=True).encode())
    for file in files:
        try:
            digest.update(f"\n{file.relative}\0{sha256_of_file(file.path)}".encode())
        except OSError as error:
            raise DataError(f"{file.name} cannot be read: {error.strerror or error}") from error
    return digest.hexdigest()
