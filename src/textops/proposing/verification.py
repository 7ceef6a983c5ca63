"""Whether a proposed data set can be prepared: every stage is taken, and nothing written."""

from loguru import logger

from textops.data.configuration import SourceConfiguration
from textops.data.prepare import take_stages
from textops.data.sources import source_files
from textops.data.stages import Stages

MOST_BYTES = 300_000_000
"""Larger sources are not prepared twice."""


def verify(source: SourceConfiguration) -> Stages | None:
    """Take every stage of a preparation.

    Returns:
        What was found out, None for a source that is too large to be prepared twice.

    Raises:
        DataError: If it would be refused.
    """
    with source_files(source) as files:
        size = sum(file.path.stat().st_size for file in files)
        if size > MOST_BYTES:
            logger.info("{:,.0f} MB are not prepared for a trial: textops prepare will say what it thinks", size / 1e6)
            return None
        stages = Stages()
        take_stages(source, files, stages)
        return stages
