"""Where the input comes from: files, a query of a database, or a data set of the Hugging Face hub."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from pydantic import ValidationError

from textops.data.configuration_parts import HuggingFaceConfiguration, SqlConfiguration
from textops.data.database_query import query_file
from textops.data.hugging_face import hub_files
from textops.data.locations import SourceFile, located
from textops.errors import DataError
from textops.scoring.settings import ScoreSettings

EVERY_SPLIT = "all"
# What messages about data call it -> what it is called here.
_NAMES = {
    "data.sql.url=": "IN ",
    "data.sql.url": "IN",
    "data.sql.query": "--query",
    "data.huggingface.path": "IN",
    "data.huggingface.splits": "--huggingface",
    "data.source=huggingface": "--huggingface",
    "data.source=sql": "--query",
}


@contextmanager
def input_files(settings: ScoreSettings) -> Iterator[list[SourceFile]]:
    """Give the files to read; what a database or the hub gave is in files that are there until the block ends.

    Raises:
        DataError: If there is nothing to read, in the words of the command line.
    """
    with ExitStack() as stack:
        try:
            files = _opened(settings, stack)
        except (DataError, ValidationError) as error:
            raise DataError(_as_called_here(error)) from error
        yield files


def _opened(settings: ScoreSettings, stack: ExitStack) -> list[SourceFile]:
    if settings.query is not None:
        query = SqlConfiguration(url=settings.source, query=settings.query)
        return [stack.enter_context(query_file(query))]
    if settings.huggingface is not None:
        splits = () if settings.huggingface == (EVERY_SPLIT,) else settings.huggingface
        return stack.enter_context(hub_files(HuggingFaceConfiguration(path=settings.source, splits=splits)))
    return stack.enter_context(located([settings.source], settings.read.format))


def _as_called_here(error: DataError | ValidationError) -> str:
    if isinstance(error, ValidationError):
        message = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
    else:
        message = str(error)
    for name, here in _NAMES.items():
        message = message.replace(name, here)
    return message
