"""What a user left out of the configuration of a source, found by looking."""

from collections.abc import Mapping
from typing import Any

from loguru import logger

from textops.data.configuration import OMEGACONF_MISSING, ReadConfiguration, SourceConfiguration, read_configuration
from textops.proposing.looked import look
from textops.proposing.proposal import Answers, propose

_FOUND = (
    *("text_columns", "label_column", "label_from_file", "label_names", "ignore_labels", "timestamp_column"),
    *("task", "label_separator"),
)
_DEFAULT_TASK = "multiclass"
_MISSING = (None, "", OMEGACONF_MISSING)


def completed_source(data: Mapping[str, Any]) -> SourceConfiguration:
    """Return the configuration of a source, columns found by looking where they are not given.

    Args:
        data: The group `data` as it was composed; what has no value is `???`.

    Raises:
        ConfigurationError: If what is given cannot be used.
        DataError: If nothing in the files could be text or label.
    """
    given = {key: value for key, value in data.items() if value not in _MISSING and value != []}
    has_label = "label_column" in given or "label_from_file" in given
    if given.get("source", "files") != "files" or "paths" not in given or ("text_columns" in given and has_label):
        return read_configuration(data)
    # Looked at with nothing but the reading: what else is wrong, the check at the end says.
    read = read_configuration(
        {"paths": given["paths"], "text_columns": [""], "label_column": "?", "read": given["read"]}
    )
    looked = look(read.paths, None if read.read == ReadConfiguration() else read.read)
    texts = given.get("text_columns")
    answers = Answers(
        label=given.get("label_column"),
        texts=None if texts is None else tuple([texts] if isinstance(texts, str) else texts),
        time=given.get("timestamp_column"),
        one_class=True,
    )
    found = propose(looked, answers).source.model_dump()
    if has_label:
        found["label_from_file"] = given.get("label_from_file")
    if given.get("task") == _DEFAULT_TASK:
        # It stands in every configuration: who means it says which columns there are.
        given = {key: value for key, value in given.items() if key not in ("task", "label_separator")}
    completed = {**{key: found[key] for key in _FOUND}, "read": found["read"], **given}
    if read.read == ReadConfiguration():
        completed["read"] = found["read"]
    source = read_configuration(completed)
    label = source.label_column or "the names of files"
    if source.separator is not None:
        label += " (any number of labels)"
    logger.info(
        "Found by looking: text {}, label {}, time {}", list(source.text_columns), label, source.timestamp_column
    )
    return source
