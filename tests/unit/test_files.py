import hashlib
from pathlib import Path

import pytest

from textops.files import folder_written_beside, sha256_of_file, write_bytes, write_text


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_hash_of_a_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    content = bytes(range(256)) * 9_000
    (tmp_path / "file").write_bytes(content)

    assert sha256_of_file(tmp_path / "file") == hashlib.sha256(content).hexdigest()


def test_a_file_is_written_into_a_folder_that_is_made_for_it(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a/b/file", b"content")

    assert (tmp_path / "a/b/file").read_bytes() == b"content"
    assert names(tmp_path / "a/b") == ["file"]


def test_a_file_is_replaced_and_can_be_read_by_others(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    write_text(path, "neu: ä")

    assert path.read_text(encoding="utf-8") == "neu: ä"
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken/inside").touch()

    with pytest.raises(OSError, match="taken"):
        write_bytes(tmp_path / "taken", b"content")

    assert names(tmp_path) == ["taken"]
    assert names(tmp_path / "taken") == ["inside"]


def test_a_folder_appears_when_the_block_ends_well(tmp_path: Path) -> None:
    target = tmp_path / "made/folder"

    with folder_written_beside(target) as folder:
        (folder / "file").write_text("content")
        assert not target.exists()

    assert names(target) == ["file"]
    assert names(target.parent) == ["folder"]


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    (target / "old").touch()

    with folder_written_beside(target) as folder:
        (folder / "new").touch()

    assert names(target) == ["new"]
    assert names(tmp_path) == ["folder"]


def test_a_block_that_fails_leaves_the_old_folder_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    (target / "old").touch()

    def fail() -> None:
        with folder_written_beside(target) as folder:
            (folder / "new").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()

    assert names(target) == ["old"]
    assert names(tmp_path) == ["folder"]
