"""What cannot work is refused in one line, and nothing is left behind."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

Score = Callable[..., Any]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "in.parquet"
    parquet.write_table(pa.table({"text": ["a goal"], "other": ["x"], "number": [1], "list": [["a"]]}), path)
    return path


def assert_refused(outcome: Any, message: str) -> None:  # noqa: ANN401 (the outcome of the terminal)
    assert outcome.code == 2, outcome.log
    assert len(outcome.errors) == 1, outcome.log
    assert message in outcome.errors[0]
    assert "Traceback" not in outcome.log


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere.parquet", "out.csv"), "nowhere.parquet"),
        (("in.parquet", "out.xlsx"), ".parquet, .csv"),
        (("in.parquet", "out"), "ending"),
        (("in.parquet", "in.parquet"), "one of the files that are read"),
        (("in.parquet", "in.parquet", "--overwrite"), "one of the files that are read"),
        (("in.parquet", "folder.csv"), "is a folder"),
        (("in.parquet", "there.csv"), "--overwrite"),
        (("in.parquet", "out.csv", "--text-columns", "txet"), "did you mean 'text'"),
        (("in.parquet", "out.csv", "--text-columns", "number"), "holds int64, not text"),
        (("in.parquet", "out.csv", "--text-columns", "list"), "holds list<"),
        (("in.parquet", "out.csv", "--keep", "nothing"), "--keep nothing"),
        (("in.parquet", "out.csv", "--engine", "spark"), "engine"),
        (("in.parquet", "out.csv", "--read", "format"), "KEY=VALUE"),
        (("in.parquet", "out.csv", "--read", "colour=red"), "colour"),
        (
            ("in.csv", "out.csv", "--text-columns", "body"),
            "it has 'text'; name those that hold the text with --text-col",
        ),
        (("no_text.parquet", "out.csv"), "there are 'a', 'b'"),
        (("broken.parquet", "out.csv"), "cannot be read as Parquet"),
        (("empty.csv", "out.csv"), "is empty"),
        (("unknown.dat", "out.csv"), "--read format=csv"),
        (("binary.csv", "out.csv"), "binary"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_bad_input_ends_with_one_line(
    score: Score, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    assert table.exists()
    Path("folder.csv").mkdir()
    Path("there.csv").write_text("mine")
    Path("broken.parquet").write_bytes(table.read_bytes()[:-20])
    Path("empty.csv").touch()
    Path("unknown.dat").write_text("text\na\n")
    Path("in.csv").write_text("text\na\n")
    Path("binary.csv").write_bytes(bytes(range(256)) * 40)
    parquet.write_table(pa.table({"a": ["x"], "b": ["y"]}), "no_text.parquet")
    before = sorted(tmp_path.rglob("*"))
    # when
    outcome = score(*arguments)
    # then
    assert_refused(outcome, message)
    assert sorted(tmp_path.rglob("*")) == before
    assert Path("there.csv").read_text() == "mine"


def test_without_a_model_nothing_is_scored(terminal: Callable[..., Any], table: Path, tmp_path: Path) -> None:
    assert_refused(terminal("score", str(table), str(tmp_path / "out.csv")), "empty")


def test_two_columns_of_the_same_name_cannot_be_the_text(score: Score, tmp_path: Path) -> None:
    # given
    parquet.write_table(pa.table([["goal"], ["chip"]], names=["text", "text"]), tmp_path / "in.parquet")
    # then
    assert_refused(score(tmp_path / "in.parquet", tmp_path / "out.csv"), "2 columns named 'text'")


def test_parquet_files_that_do_not_fit_together_are_named(score: Score, tmp_path: Path) -> None:
    # given
    parquet.write_table(pa.table({"text": ["goal"], "a": [1]}), tmp_path / "1.parquet")
    parquet.write_table(pa.table({"text": ["goal"], "a": ["x"]}), tmp_path / "2.parquet")
    # then
    assert_refused(score(f"{tmp_path}/*.parquet", tmp_path / "out.csv"), "do not fit together")


@pytest.mark.usefixtures("without_coverage")
@pytest.mark.parametrize("processes", [1, 2])
def test_a_file_that_changes_while_it_is_read_is_refused(
    score: Score, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    # given: somebody appends after the first part
    from textops.scoring import work

    path = tmp_path / "in.csv"
    path.write_text("text\n" + "a goal\n" * 5_000)
    append = work.GrowingOutput.append

    def append_and_change(self: work.GrowingOutput, *arguments: Any) -> None:  # noqa: ANN401 (passed on)
        append(self, *arguments)
        with path.open("a") as file:
            file.write("one more goal\n")

    monkeypatch.setattr(work.GrowingOutput, "append", append_and_change)
    # then
    assert_refused(score(path, tmp_path / "out.csv", "--batch-size", "100", processes=processes), "changed while")
    assert not (tmp_path / "out.csv").exists()


def test_where_nothing_can_be_written_it_says_so(score: Score, table: Path) -> None:
    # /proc takes no files, whoever asks
    assert_refused(score(table, "/proc/out.csv"), "/proc/")


@pytest.mark.parametrize("trouble", [errno.ENOSPC, errno.EFBIG])
def test_a_full_disk_leaves_what_is_done(
    score: Score, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: int
) -> None:
    # given: a disk that is full when it is asked to keep something
    def full(_descriptor: int) -> None:
        raise OSError(trouble, os.strerror(trouble))

    with monkeypatch.context() as patched:
        patched.setattr("textops.scoring.work.os.fsync", full)
        # when
        outcome = score(table, tmp_path / "out.csv")
    # then
    assert_refused(outcome, os.strerror(trouble))
    assert not (tmp_path / "out.csv").exists()
    assert score(table, tmp_path / "out.csv").code == 0


def test_without_ray_its_extra_is_named(
    score: Score, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    import sys

    monkeypatch.setitem(sys.modules, "ray", None)
    # then
    assert_refused(score(table, tmp_path / "out.csv", "--engine", "ray"), "pip install 'textops[scale]'")
