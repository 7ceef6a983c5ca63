"""Small made-up tables of labelled texts, written the way foreign files are."""

import csv
import io
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from textops.data.configuration import SourceConfiguration, read_configuration
from textops.data.locations import SourceFile
from textops.data.row_table import RowTable, row_table
from textops.data.validation import LabelledText, position_of

SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprst" for vowel in "aeiou"]
Row = Sequence[str]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - name of the base class
        pass


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A web server on the loopback that gives the files of `tmp_path`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of each test's own."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("TEXTOPS_CACHE", str(folder))
    return folder


@pytest.fixture
def texts() -> Callable[..., list[str]]:
    """Makes different texts of so many made-up words: `texts(count, words=12, seed=0)`."""

    def make(count: int, *, words: int = 12, seed: int = 0) -> list[str]:
        generator = np.random.default_rng(seed)
        drawn = generator.integers(0, len(SYLLABLES), (count, words, 3))
        return [" ".join("".join(SYLLABLES[index] for index in word) for word in text) for text in drawn.tolist()]

    return make


@pytest.fixture
def labelled(texts: Callable[..., list[str]]) -> list[tuple[str, str]]:
    """Sixty rows, thirty of each of two classes."""
    return [(text, "good" if number % 2 else "bad") for number, text in enumerate(texts(60))]


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Writes a delimited file and returns its path."""

    def write(
        rows: Sequence[Row],
        *,
        header: Row | None = ("text", "label"),
        name: str = "data.csv",
        encoding: str = "utf-8",
        delimiter: str = ",",
        line_end: str = "\n",
    ) -> Path:
        stream = io.StringIO()
        writer = csv.writer(stream, delimiter=delimiter, lineterminator=line_end)
        if header is not None:
            writer.writerow(header)
        writer.writerows(rows)
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(stream.getvalue().encode(encoding))
        return path

    return write


@pytest.fixture
def configuration() -> Callable[..., SourceConfiguration]:
    """Makes a configuration for files with the columns `text` and `label`."""

    def make(*paths: Path | str, **settings: Any) -> SourceConfiguration:  # noqa: ANN401
        columns = {"text_columns": ["text"]}
        if "label_from_file" not in settings:
            columns["label_column"] = "label"  # type: ignore[assignment]
        return read_configuration({"paths": [str(path) for path in paths] or ["data.csv"], **columns, **settings})

    return make


@pytest.fixture
def row() -> Callable[..., LabelledText]:
    """Makes a labelled text as the validation gives it."""

    def make(
        text: str, label: str = "a", *, file: str = "data.csv", position: int | None = None, **others: str
    ) -> LabelledText:
        place = position_of(text, "salt") if position is None else position
        return LabelledText(text, place, text, text, label, None, file, f"{file}:1", others)

    return make


@pytest.fixture
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., RowTable]]:
    """Puts labelled texts into a table on the disk: `stored(rows, separator=None, has_ids=False)`."""
    with ExitStack() as stack:

        def store(rows: Sequence[LabelledText], separator: str | None = None, *, has_ids: bool = False) -> RowTable:
            beside = tmp_path_factory.mktemp("stored") / "dataset"
            table = stack.enter_context(row_table(beside, separator, has_ids=has_ids))
            table.extend(rows)
            return table

        yield store


@pytest.fixture
def source_file(tmp_path: Path) -> SourceFile:
    return SourceFile(tmp_path / "data.csv", "data.csv", "data.csv")
