"""How the files of a data set were read, in words."""

from textops.data.manifest import DatasetManifest, FoundFiles
from textops.evaluation.markdown import code, plain, table


def reading_lines(manifest: DatasetManifest) -> list[str]:
    """Return the files of a data set, those that were read alike together."""
    found = manifest.reading.found
    if not found:
        return ["Made up, or prepared by a version that did not say."]
    header = ("Files", "Format", "Encoding", "Delimiter", "Quotes hold fields", "First row names columns", "Columns")
    return table(header, [_row(each) for each in found])


def _row(files: FoundFiles) -> tuple[str, ...]:
    more = f" and {files.files - len(files.first):,} more" if files.files > len(files.first) else ""
    return (
        f"{files.files:,}: {', '.join(map(code, files.first))}{more}",
        plain(files.format),
        plain(files.encoding or ""),
        "" if files.delimiter is None else code(files.delimiter),
        _said(files.quoting),
        _said(files.header),
        "" if files.columns is None else f"{files.columns:,}",
    )


def _said(answer: bool | None) -> str:  # noqa: FBT001 (the only argument there is)
    return "" if answer is None else "yes" if answer else "no"
