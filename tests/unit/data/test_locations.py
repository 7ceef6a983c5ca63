import os
from hashlib import sha256
from pathlib import Path

import fsspec  # type: ignore[import-untyped]
import pytest

from textops.data.locations import format_of, local_files, located
from textops.errors import DataError


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


def test_names_that_no_line_can_hold_are_shown_on_one(tmp_path: Path) -> None:
    _touch(tmp_path, "two\nlines.csv")
    (tmp_path / os.fsdecode(b"caf\xe9.csv")).write_text("x")

    files = local_files(str(tmp_path))

    assert sorted(file.relative for file in files) == ["caf\ufffd.csv", "two\ufffdlines.csv"]
    assert all(file.path.read_text() == "x" and "\n" not in file.name for file in files)


def test_a_pipe_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.csv")

    with pytest.raises(DataError, match="is a pipe or a device, which cannot be read twice"):
        local_files(str(tmp_path / "a.csv"))


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


def test_an_address_is_fetched_into_the_cache(tmp_path: Path, address: str, cache: Path) -> None:
    _touch(tmp_path, "a.csv")

    with located([f"{address}/a.csv?version=1"]) as (file,):
        assert file.path.read_text(encoding="utf-8") == "x"
        assert file.path.is_relative_to(cache / "sources")
        assert (file.relative, file.name) == ("a.csv", f"{address}/a.csv?version=1")


def test_a_secret_in_an_address_is_not_shown(tmp_path: Path, address: str) -> None:
    _touch(tmp_path, "a.csv")

    with located([f"{address}/a.csv?X-Goog-Signature=abc"]) as (file,):
        assert file.name == f"{address}/a.csv?X-Goog-Signature=***"


def test_a_store_is_read_through_fsspec() -> None:
    with fsspec.open("memory://bucket/a.csv", "wb") as file:
        file.write(b"stored")

    with located(["memory://bucket/a.csv"]) as (found,):
        assert found.path.read_bytes() == b"stored"


def test_folders_and_globs_of_a_store_lead_to_its_files() -> None:
    for name in ("b.csv", "deep/a.csv", "notes.md"):
        with fsspec.open(f"memory://shelf/{name}", "wb") as file:
            file.write(name.encode())

    with located(["memory://shelf"]) as files:
        assert [file.relative for file in files] == ["b.csv", "deep/a.csv"]
        assert [file.path.read_text() for file in files] == ["b.csv", "deep/a.csv"]
    with located(["memory://shelf/*.csv"]) as files:
        assert [file.relative for file in files] == ["b.csv"]
    with pytest.raises(DataError, match="leads to no file"), located(["memory://shelf/*.tsv"]):
        pass


def test_a_file_that_changed_in_a_store_is_fetched_again() -> None:
    for content in (b"one", b"three"):
        with fsspec.open("memory://changing/a.csv", "wb") as file:
            file.write(content)
        with located(["memory://changing/a.csv"]) as (found,):
            assert found.path.read_bytes() == content


def test_what_a_store_gives_must_have_the_checksum() -> None:
    with fsspec.open("memory://proven/a.csv", "wb") as file:
        file.write(b"stored")

    with located([f"memory://proven/a.csv#sha256={sha256(b'stored').hexdigest()}"]) as (found,):
        assert found.name == "memory://proven/a.csv"
    with pytest.raises(DataError, match="its SHA-256 is"), located([f"memory://proven/a.csv#sha256={'0' * 64}"]):
        pass


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
