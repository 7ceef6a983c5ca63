"""From paths, folders, globs and addresses to files on this machine."""

import glob
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from textops.data.addresses import WILDCARDS, hide_secrets, is_address
from textops.data.archives import is_zip, unpacked
from textops.data.nearest import did_you_mean, listed
from textops.data.remote_files import remote_files, source_cache
from textops.errors import DataError

FORMAT_OF_SUFFIX = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
    ".txt": "text",
}
CONTAINERS = frozenset({".zip"})
_WORKBOOKS = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".numbers"})


@dataclass(frozen=True)
class SourceFile:
    """A file to read.

    Attributes:
        path: Where it lies on this machine.
        name: What the user calls it; stands in messages.
        relative: Path below the folder or the glob it was found through; the same on every machine.
    """

    path: Path
    name: str
    relative: str


def source_file(path: Path, name: str, relative: str) -> SourceFile:
    """Return a file whose names can be shown on one line and written as UTF-8, whatever they are on the disk."""
    return SourceFile(path, _showable(name), _showable(relative))


def _showable(name: str) -> str:
    if name.isprintable():
        return name
    return "".join(character if character.isprintable() else "\ufffd" for character in name)


@contextmanager
def located(paths: Sequence[str], read_format: str = "auto") -> Iterator[list[SourceFile]]:
    """Give the files that `paths` lead to, in the order of `paths` and sorted within each.

    Files behind an address are fetched into a cache, which keeps them. A zip archive stands for the files in it,
    unpacked into a temporary folder that lives as long as the block.

    Args:
        paths: Files, folders, globs (`**` for any depth) or addresses (`https://`, `gs://`, ...); behind an address
            may stand `#sha256=` and what its content must have.
        read_format: In a folder or an archive, only files of this format are taken.

    Yields:
        Each file once.

    Raises:
        DataError: If a path leads nowhere.
    """
    with ExitStack() as stack:
        found: dict[Path, SourceFile] = {}
        for path in paths:
            for file in _behind(path, read_format):
                every = stack.enter_context(_members(file, read_format)) if is_zip(file.path) else [file]
                for each in every:
                    found.setdefault(each.path.resolve(), each)
        yield list(found.values())


def fetched(address: str, folder: Path, *, told: bool = True) -> SourceFile:
    """Copy the file behind an address into a folder.

    Args:
        address: Of the file.
        folder: Where to.
        told: Whether it is worth a line of the log.

    Raises:
        DataError: If the address cannot be reached, or its kind needs a package that is not installed.
    """
    path, name, relative = remote_files(address, folder, told=told)[0]
    return source_file(path, name, relative)


def _behind(path: str, read_format: str) -> list[SourceFile]:
    if not is_address(path):
        return local_files(path, read_format)
    files = [source_file(*each) for each in remote_files(path, source_cache())]
    if len(files) == 1:
        return files
    chosen = set(_of_one_format([file.relative for file in files], hide_secrets(path), read_format))
    return [file for file in files if file.relative in chosen]


@contextmanager
def _members(file: SourceFile, read_format: str) -> Iterator[list[SourceFile]]:
    """Give the files in a zip archive."""

    def choose(names: Sequence[str]) -> list[str]:
        return _of_one_format(names, file.name, read_format, containers=frozenset())

    with unpacked(file.path, file.name, choose) as members:
        yield [source_file(path, f"{file.name}/{inside}", inside) for path, inside in members]


def local_files(path: str, read_format: str = "auto") -> list[SourceFile]:
    """Return the files of a local path, folder or glob, sorted.

    Raises:
        DataError: If there is none.
    """
    place = Path(path).expanduser()
    if place.is_dir():
        return _files_of_folder(place, path, read_format)
    if place.is_file():
        return [source_file(place, path, place.name)]
    if place.exists():
        raise DataError(f"{path} is a pipe or a device, which cannot be read twice: write what it gives into a file")
    if set(path) & WILDCARDS:
        return _files_of_glob(place, path)
    beside = [entry.name for entry in place.parent.iterdir()] if place.parent.is_dir() else []
    where = "" if place.is_absolute() else f" (looked in {Path.cwd()})"
    raise DataError(f"there is no file {path}{where}{did_you_mean(place.name, beside) or '; check data.paths'}")


def format_of(name: str) -> str | None:
    """Return the format that a file's name stands for, `.gz` looked through; None when it stands for none."""
    return FORMAT_OF_SUFFIX.get(PurePosixPath(name.lower().removesuffix(".gz")).suffix)


def unknown_format(name: str, advice: str) -> str:
    """Say why nobody knows how a file is to be read.

    Args:
        name: The file, as messages call it.
        advice: What helps where the file can be read.
    """
    if PurePosixPath(name.lower()).suffix in _WORKBOOKS:
        return f"{name} is a workbook, which is not read: save its sheet as CSV (UTF-8)"
    return f"{name}: its suffix does not say what format it is; {advice}"


def _files_of_folder(folder: Path, path: str, read_format: str) -> list[SourceFile]:
    every = sorted(entry for entry in folder.rglob("*") if entry.is_file() and not _hidden(entry, folder))
    by_name = {entry.relative_to(folder).as_posix(): entry for entry in every}
    chosen = _of_one_format(list(by_name), f"the folder {path}", read_format)
    return [source_file(by_name[name], str(by_name[name]), name) for name in chosen]


def _of_one_format(
    names: Sequence[str], where: str, read_format: str, containers: frozenset[str] = CONTAINERS
) -> list[str]:
    """Choose the files of a folder that are read.

    Args:
        names: Of all files.
        where: What to call the folder in messages.
        read_format: The format that is wanted; `auto`: the one that all of them have.
        containers: Suffixes of files that stand for those in them, taken where there is no other.

    Raises:
        DataError: If there is none, or files of several formats and nobody said which.
    """
    formats = {name: format_of(name) for name in names}
    present = sorted({known for known in formats.values() if known})
    if read_format == "auto" and len(present) > 1:
        raise DataError(
            f"{where} holds files of several formats ({', '.join(present)}): choose with data.read.format or a glob "
            f"such as *.{present[0]}"
        )
    wanted = present[0] if read_format == "auto" and present else read_format
    chosen = [name for name in names if formats[name] == wanted]
    chosen = chosen or [name for name in names if PurePosixPath(name.lower()).suffix in containers]
    if not chosen and read_format != "auto":
        # Told explicitly how to read them, files with an unknown suffix (or none) are what is meant.
        chosen = [name for name in names if formats[name] is None]
    if not chosen:
        suffixes = sorted({PurePosixPath(name).suffix or PurePosixPath(name).name for name in names})
        what = f"only {listed(suffixes)}" if suffixes else "nothing"
        raise DataError(
            f"{where} holds {what}, none of {', '.join(FORMAT_OF_SUFFIX)}: check data.paths or set data.read.format"
        )
    return chosen


def _files_of_glob(pattern: Path, path: str) -> list[SourceFile]:
    parts = pattern.parts
    fixed = next(index for index, part in enumerate(parts) if set(part) & WILDCARDS)
    root = Path(*parts[:fixed])
    matches = sorted(Path(match) for match in glob.glob(str(pattern), recursive=True))  # noqa: PTH207 - takes absolute patterns
    files = [match for match in matches if match.is_file()]
    if not files:
        why = f"the folder {root} does not exist" if not root.is_dir() else "no file matches it"
        raise DataError(f"the pattern {path} leads to no file: {why}; check data.paths")
    return [source_file(file, str(file), file.relative_to(root).as_posix()) for file in files]


def _hidden(entry: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in entry.relative_to(folder).parts)
