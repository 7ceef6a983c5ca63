"""The files behind a source: by path, in a package, from npm, of a query, or of the Hugging Face hub."""

from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from textops.data.configuration import SourceConfiguration
from textops.data.database_query import query_file
from textops.data.hugging_face import hub_files
from textops.data.locations import SourceFile, located
from textops.data.npm import npm_files
from textops.errors import DataError


@contextmanager
def source_files(configuration: SourceConfiguration) -> Iterator[list[SourceFile]]:
    """Give the files of a source, in a fixed order; none for a synthetic one.

    Raises:
        DataError: If they cannot be found or fetched.
    """
    if configuration.source == "synthetic":
        yield []
    elif configuration.source == "package" and configuration.package is not None:
        yield package_files(configuration.package, configuration.paths)
    elif configuration.source == "npm" and configuration.npm is not None:
        yield npm_files(configuration.npm, configuration.paths)
    elif configuration.source == "sql" and configuration.sql is not None:
        with query_file(configuration.sql) as file:
            yield [file]
    elif configuration.source == "huggingface" and configuration.huggingface is not None:
        with hub_files(configuration.huggingface) as files:
            yield files
    else:
        with located(configuration.paths, configuration.read.format) as files:
            yield files


def package_files(package: str, patterns: tuple[str, ...]) -> list[SourceFile]:
    """Return data files of an installed distribution without importing it.

    Args:
        package: Name of the distribution.
        patterns: Patterns of the files' paths, as the package lists them; `*` also matches `/`.

    Raises:
        DataError: If the package is not installed or holds no such file.
    """
    try:
        installed = distribution(package)
    except PackageNotFoundError:
        raise DataError(f"the package {package} is not installed: pip install {package}") from None
    names = sorted(
        entry.as_posix()
        for entry in installed.files or ()
        if any(fnmatchcase(entry.as_posix(), pattern) for pattern in patterns)
    )
    if not names:
        raise DataError(f"the package {package} holds no file {' or '.join(patterns)}: install the pinned version")
    return [SourceFile(Path(str(installed.locate_file(name))), name, name) for name in names]
