import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import fsspec  # type: ignore[import-untyped]
import pytest

from textops.data.locations import format_of, local_files, located
from textops.errors import DataError


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


def _touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")


def test_a_folder_gives_its_files_sorted_and_leaves_out_the_hidden_ones(tmp_path: Path) -> None:
    _touch(tmp_path, "b.csv", "a/c.CSV", "README", ".hidden/d.csv")

    files = local_files(str(tmp_path))

    assert [file.relative for file in files] == ["a/c.CSV", "b.csv"]


def test_a_folder_of_several_formats_asks_which(tmp_path: Path) -> None:
    _touch(tmp_path, "a.csv", "b.txt")

    with pytest.raises(DataError, match=r"several formats \(csv, text\)"):
        local_files(str(tmp_path))
    assert [file.relative for file in local_files(str(tmp_path), "text")] == ["b.txt"]


def test_files_without_a_known_suffix_are_taken_when_the_format_is_said(tmp_path: Path) -> None:
    _touch(tmp_path, "one", "two.dat")

    assert len(local_files(str(tmp_path), "text")) == 2
    with pytest.raises(DataError, match=r"holds only '.dat', 'one'"):
        local_files(str(tmp_path))


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds nothing"):
        local_files(str(tmp_path))


def test_a_glob_gives_paths_relative_to_its_fixed_part(tmp_path: Path) -> None:
    _touch(tmp_path, "x/pos/1.txt", "x/neg/1.txt", "x/readme.md")

    files = local_files(f"{tmp_path}/x/**/*.txt")

    assert [file.relative for file in files] == ["neg/1.txt", "pos/1.txt"]


def test_a_file_whose_name_looks_like_a_pattern_is_found(tmp_path: Path) -> None:
    _touch(tmp_path, "data[1].csv")

    assert local_files(f"{tmp_path}/data[1].csv")[0].relative == "data[1].csv"


def test_a_missing_file_is_named_with_the_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _touch(tmp_path, "reviews.csv")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(DataError, match=r"no file review.csv .*did you mean 'reviews.csv'"):
        local_files("review.csv")
    with pytest.raises(DataError, match=r"check data.paths"):
        local_files("nowhere/at/all.csv")


@pytest.mark.parametrize(("pattern", "why"), [("*.csv", "no file matches"), ("none/*.csv", "does not exist")])
def test_an_empty_glob_says_why(tmp_path: Path, pattern: str, why: str) -> None:
    with pytest.raises(DataError, match=why):
        local_files(f"{tmp_path}/{pattern}")


def test_a_file_reached_in_two_ways_is_read_once(tmp_path: Path) -> None:
    _touch(tmp_path, "a.csv", "b.csv")

    with located([f"{tmp_path}/b.csv", f"{tmp_path}/*.csv"]) as files:
        assert [file.relative for file in files] == ["b.csv", "a.csv"]


def test_an_address_is_fetched_and_forgotten(tmp_path: Path, address: str) -> None:
    _touch(tmp_path, "a.csv")

    with located([f"{address}/a.csv?version=1"]) as (file,):
        held = file.path
        assert held.read_text(encoding="utf-8") == "x"
        assert (file.relative, file.name) == ("a.csv", f"{address}/a.csv?version=1")

    assert not held.exists()


def test_a_store_is_read_through_fsspec() -> None:
    with fsspec.open("memory://bucket/a.csv", "wb") as file:
        file.write(b"stored")

    with located(["memory://bucket/a.csv"]) as (found,):
        assert found.path.read_bytes() == b"stored"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("memory://bucket/none.csv", "cannot be fetched"),
        ("nosuchstore://bucket/a.csv", "cannot be fetched"),
        ("http://127.0.0.1:1/a.csv", "cannot be fetched"),
        ("sftp://host/a.csv", "needs a package that is not installed"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_line(wrong: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught, located([wrong]):
        pass

    assert "\n" not in str(caught.value)


def test_a_page_that_is_missing_is_one_line(address: str) -> None:
    with pytest.raises(DataError, match="404"), located([f"{address}/none.csv"]):
        pass


@pytest.mark.parametrize(
    ("name", "expected"), [("a.CSV", "csv"), ("a.jsonl.gz", "jsonl"), ("a.tab", "tsv"), ("a", None), ("a.gz", None)]
)
def test_the_suffix_says_the_format(name: str, expected: str | None) -> None:
    assert format_of(name) == expected
