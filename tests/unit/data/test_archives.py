import io
import os
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from textops.data import archives
from textops.data.archives import is_zip
from textops.data.locations import located
from textops.errors import DataError


def pack(path: Path, *members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def test_an_archive_stands_for_the_files_in_it(tmp_path: Path) -> None:
    # given an archive from a Mac, with folders in folders
    path = pack(
        tmp_path / "mails.zip",
        ("mails/spam/b/1.txt", b"buy"),
        ("mails/ham/2.txt", b"hello"),
        ("mails/.DS_Store", b"\0"),
        ("__MACOSX/mails/ham/._2.txt", b"\0"),
    )

    with located([str(path)]) as files:
        assert [(file.relative, file.path.read_bytes()) for file in files] == [
            ("mails/ham/2.txt", b"hello"),
            ("mails/spam/b/1.txt", b"buy"),
        ]
        assert files[0].name == f"{path}/mails/ham/2.txt"

    assert not files[0].path.exists()


def test_the_label_of_a_member_without_a_folder_is_the_archive(tmp_path: Path) -> None:
    with located([str(pack(tmp_path / "spam.zip", ("1.txt", b"buy")))]) as (file,):
        assert file.path.parent.name == "spam"


def test_a_folder_of_archives_and_a_glob_lead_into_them(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", ("a.csv", b"x"))
    pack(tmp_path / "b.zip", ("b.csv", b"x"), ("readme.md", b"x"))

    for paths in ([str(tmp_path)], [f"{tmp_path}/*.zip"]):
        with located(paths) as files:
            assert [file.relative for file in files] == ["a.csv", "b.csv"]


def test_beside_unpacked_files_an_archive_is_taken_for_a_copy_of_them(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", ("a.csv", b"x"))
    (tmp_path / "a.csv").write_text("x")

    with located([str(tmp_path)]) as (file,):
        assert file.path == tmp_path / "a.csv"


def test_several_formats_ask_which(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.zip", ("a.csv", b"x"), ("b.txt", b"x"))

    with pytest.raises(DataError, match=r"a.zip holds files of several formats \(csv, text\)"), located([str(path)]):
        pass
    with located([str(path)], "text") as (file,):
        assert file.relative == "b.txt"


def test_no_member_lands_outside_of_the_folder(tmp_path: Path) -> None:
    path = pack(tmp_path / "a.zip", ("../../escaped.csv", b"x"), ("/root.csv", b"y"))

    with located([str(path)]) as files:
        assert sorted(file.relative for file in files) == ["escaped.csv", "root.csv"]
        assert all("textops-" in str(file.path) for file in files)


def encrypted(path: Path) -> Path:
    pack(path, ("a.csv", b"x,y"))
    content = bytearray(path.read_bytes())
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    return path


def bomb(path: Path) -> Path:
    return pack(path, ("a.csv", bytes(5_000_000)))


def damaged(path: Path) -> Path:
    pack(path, ("a.csv", os.urandom(1000)), compression=zipfile.ZIP_STORED)
    content = bytearray(path.read_bytes())
    content[500] ^= 0xFF
    path.write_bytes(content)
    return path


def cut(path: Path) -> Path:
    path.write_bytes(pack(path, ("a.csv", os.urandom(1000))).read_bytes()[:700])
    return path


def lying(path: Path) -> Path:
    """An archive that says its member is small, and it is not."""
    pack(path, ("a.csv", bytes(5_000_000)))
    content = bytearray(path.read_bytes())
    content[22:26] = struct.pack("<I", 10)
    place = content.index(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 10)
    path.write_bytes(content)
    return path


def twice(path: Path) -> Path:
    return pack(path, ("x/../a.csv", b"x"), ("x/a.csv", b"y"))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (encrypted, "a.zip is encrypted: unpack it with its password"),
        (bomb, r"would grow from [\d,]+ to 5,000,000 bytes"),
        (damaged, "a.zip cannot be unpacked: Bad CRC-32"),
        (cut, "a.zip cannot be unpacked: File is not a zip file"),
        (lying, "a.zip cannot be unpacked"),
        (twice, "holds x/a.csv twice"),
        (pack, "a.zip holds nothing"),
        (lambda path: pack(path, ("a.pdf", b"x")), "a.zip holds only '.pdf', none of"),
        (lambda path: pack(path, ("inner.zip", b"x")), "a.zip holds only '.zip', none of"),
    ],
)
def test_an_archive_that_cannot_be_used_is_one_line(
    tmp_path: Path, make: Callable[[Path], Path], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "ORDINARY_BYTES", 1_000_000)

    with pytest.raises(DataError, match=message) as caught, located([str(make(tmp_path / "a.zip"))]):
        pass

    assert "\n" not in str(caught.value)


def test_an_archive_larger_than_the_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textops.data.archives.shutil.disk_usage", lambda _: SimpleNamespace(free=1))

    with (
        pytest.raises(DataError, match=r"needs 5 bytes in .*, which has 1: set TMPDIR"),
        located([str(pack(tmp_path / "a.zip", ("a.csv", b"a,b\nc")))]),
    ):
        pass


def test_an_office_document_is_no_archive(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
    (tmp_path / "a.csv").write_bytes(stream.getvalue())

    assert not is_zip(tmp_path / "a.csv")
