"""Preparing a data set and writing the page about it, also where it is refused."""

from pathlib import Path

from loguru import logger

from textops.data.configuration import SourceConfiguration
from textops.data.prepare import prepare, take_stages
from textops.data.sources import source_files
from textops.data.stages import Stages
from textops.errors import ConfigurationError, DataError
from textops.explaining.explanation import Explanation, explain
from textops.files import shown


def prepare_and_explain(
    source: SourceConfiguration, dataset: Path, folder: Path, *, force: bool = False
) -> Explanation:
    """Prepare a data set, and write the page about it.

    Args:
        source: The data.
        dataset: Folder of the prepared data set.
        folder: Folder of the page.
        force: Make the data set again if it is there.

    Raises:
        ConfigurationError: If the page cannot lie there.
        DataError: If the data are refused; the page is written all the same where a file could be read, and named.
    """
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(
            f"{folder} is no folder, and the page is several files: name another one with --output"
        )
    stages = Stages()
    try:
        prepare(source, dataset, force=force, stages=stages)
        if stages.assignment is None:
            # A data set that live traffic was added to: its source is what there is to explain.
            with source_files(source) as files:
                take_stages(source, files, stages)
    except DataError as error:
        if not stages.files and not stages.validated.read:
            raise
        explanation = explain(source, stages, folder, refusal=str(error))
        raise DataError(f"{error}; what was found until then: {shown(explanation.html)}") from error
    logger.info("Looking at labels and texts")
    return explain(source, stages, folder)
