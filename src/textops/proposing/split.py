"""Which split the names of files ask for."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from textops.data.configuration import SplitName
from textops.data.locations import SourceFile
from textops.proposing.labels import PARTS, pattern_of_file


def predefined_split(files: Sequence[SourceFile]) -> dict[SplitName, list[str]] | None:
    """Return the pattern of each part where every file says for which part it is, None elsewhere.

    A folder that is called like a part stands for all in it.
    """
    patterns: dict[SplitName, dict[str, None]] = {}
    for file in files:
        found = _pattern(file)
        if found is None:
            return None
        patterns.setdefault(found[0], {})[found[1]] = None
    if not {"train", "test"} <= set(patterns):
        return None
    return {part: list(patterns[part]) for part in ("train", "val", "test") if part in patterns}


def _pattern(file: SourceFile) -> tuple[SplitName, str] | None:
    path = PurePosixPath(file.relative)
    for depth, folder in enumerate(path.parts[:-1]):
        part = _part(folder)
        if part is not None:
            beginning = "/".join(path.parts[: depth + 1])
            return part, re.sub(r"([\[*?])", r"[\1]", beginning) + "/*"
    part = _part(path.name)
    return None if part is None else (part, pattern_of_file(file))


def _part(name: str) -> SplitName | None:
    found: list[SplitName] = [part for part in ("train", "val", "test") if PARTS[part].search(name.lower())]
    return found[0] if len(found) == 1 else None
