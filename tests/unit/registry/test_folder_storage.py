import errno
import os
import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from textops.bundle import verify
from textops.errors import BundleError, RegistryError
from textops.registry.folder_storage import FolderStorage
from textops.registry.storage import TakenError


def test_a_file_is_created_whole_and_only_once(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path / "registry")

    storage.create("bbc/events/00000001.json", b"first")

    with pytest.raises(TakenError):
        storage.create("bbc/events/00000001.json", b"second")
    assert storage.read(["bbc/events/00000001.json"]) == [b"first"]
    assert storage.names("bbc/events") == ["00000001.json"]
    assert [path.name for path in (tmp_path / "registry/bbc/events").iterdir()] == ["00000001.json"]


def test_a_folder_that_is_not_there_holds_no_names(tmp_path: Path) -> None:
    assert FolderStorage(tmp_path / "nowhere").names("") == []


def test_a_bundle_is_adopted_whole_and_only_once(tmp_path: Path, tiny_bundle: Path) -> None:
    storage = FolderStorage(tmp_path)

    storage.adopt(tiny_bundle, "bbc/versions/1")

    with pytest.raises(TakenError):
        storage.adopt(tiny_bundle, "bbc/versions/1")
    assert verify(storage.folder("bbc/versions/1")).name == "tiny"
    assert [path.name for path in (tmp_path / "bbc/versions").iterdir()] == ["1"]


def test_a_bundle_that_does_not_verify_leaves_nothing(tmp_path: Path, tiny_bundle: Path) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    (bundle / "bundle.json").write_bytes((tiny_bundle / "bundle.json").read_bytes())

    with pytest.raises(BundleError):
        FolderStorage(tmp_path / "registry").adopt(bundle, "bbc/versions/1")

    assert list((tmp_path / "registry/bbc/versions").iterdir()) == []


def test_a_place_that_is_no_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    storage = FolderStorage(tmp_path / "file")

    with pytest.raises(RegistryError, match=r"cannot read the registry .*file \(Not a directory"):
        storage.names("")
    with pytest.raises(RegistryError, match=r"cannot write to the registry .*TEXTOPS_REGISTRY"):
        storage.create("bbc/events/00000001.json", b"")


def test_a_file_that_somebody_left_beside_the_models_holds_no_names(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()

    assert FolderStorage(tmp_path).names("notes.txt/versions") == []


def test_a_bundle_that_cannot_be_copied_says_why(
    tmp_path: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill_the_disk(source: str, target: str) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"{source} -> {target}")

    monkeypatch.setattr(shutil, "copyfile", fill_the_disk)

    with pytest.raises(RegistryError, match=r"cannot write to the registry .*No space left on device"):
        FolderStorage(tmp_path / "registry").adopt(tiny_bundle, "bbc/versions/1")

    assert list((tmp_path / "registry/bbc/versions").iterdir()) == []


def test_on_a_full_disk_nothing_stays_and_the_message_says_what_helps(
    tmp_path: Path, tiny_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    monkeypatch.setattr(shutil, "copyfile", fail)
    storage = FolderStorage(tmp_path / "registry")
    writes: tuple[Callable[[], object], ...] = (
        lambda: storage.create("bbc/events/00000001.json", b"first"),
        lambda: storage.adopt(tiny_bundle, "bbc/versions/1"),
    )
    # when, then
    for write in writes:
        with pytest.raises(RegistryError, match=r"\(.*No space left on device.*\): make room or set") as caught:
            write()
        assert "None" not in str(caught.value)
    assert [path.name for path in (tmp_path / "registry/bbc").rglob("*") if path.parent.name != "bbc"] == []


def test_a_removed_bundle_is_gone_with_all_its_files_and_may_be_removed_again(
    tmp_path: Path, tiny_bundle: Path
) -> None:
    storage = FolderStorage(tmp_path)
    storage.adopt(tiny_bundle, "bbc/versions/1")

    storage.remove("bbc/versions/1")
    storage.remove("bbc/versions/1")

    assert list((tmp_path / "bbc/versions").iterdir()) == []


def test_only_what_was_left_alone_for_long_is_left_over(tmp_path: Path) -> None:
    # given
    storage = FolderStorage(tmp_path)
    for name in ("bbc/versions/.dead/model.onnx", "bbc/versions/.alive/model.onnx", "bbc/versions/1/.hidden"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    (tmp_path / "bbc/events").mkdir()
    (tmp_path / "bbc/events/.dead").touch()
    long_ago = time.time() - 7200
    for path in [*tmp_path.glob("bbc/*/.*"), *tmp_path.glob("bbc/*/.*/*")]:
        if path != tmp_path / "bbc/versions/.alive/model.onnx":
            os.utime(path, (long_ago, long_ago))
    # when
    left_over = storage.left_over("bbc", timedelta(hours=1))
    for found in left_over:
        storage.remove(found)
    # then
    assert left_over == ["bbc/events/.dead", "bbc/versions/.dead"]
    assert storage.left_over("bbc", timedelta(hours=-1)) == ["bbc/versions/.alive"]
