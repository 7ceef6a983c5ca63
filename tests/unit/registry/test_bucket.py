import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.errors import RegistryError
from textops.registry.bucket import Bucket
from textops.registry.storage import TakenError

if TYPE_CHECKING:
    from tests.unit.registry.conftest import FakeBucket

SECONDS = 60.0


@pytest.fixture
def files(bucket: "FakeBucket") -> Bucket:
    assert bucket.url
    return Bucket("gs://models/deep/registry", SECONDS)


@pytest.fixture
def silent_server() -> Iterator[str]:
    """Accepts connections and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_it_works_where_somebody_has_imported_gcsfs_before(bucket: "FakeBucket") -> None:
    # given: gcsfs decides about its experiments when it is imported
    code = (
        "import gcsfs; from textops.registry.bucket import Bucket; "
        f"Bucket('gs://models/deep/registry', {SECONDS}).create('note', b'content')"
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GCSFS_")}
    # when
    subprocess.run(
        [sys.executable, "-c", code], env={**environment, "STORAGE_EMULATOR_HOST": bucket.url}, check=True, timeout=120
    )
    # then
    assert bucket.objects == {"deep/registry/note": b"content"}


def test_a_file_is_created_once(files: Bucket, bucket: "FakeBucket") -> None:
    files.create("bbc/events/00000001.json", b"first")

    with pytest.raises(TakenError):
        files.create("bbc/events/00000001.json", b"second")
    assert files.read(["bbc/events/00000001.json"]) == [b"first"]
    assert bucket.objects == {"deep/registry/bbc/events/00000001.json": b"first"}


def test_who_created_a_file_is_not_told_that_it_is_taken_when_the_answer_was_lost(
    files: Bucket, bucket: "FakeBucket"
) -> None:
    # given
    lost = iter([True])
    bucket.lose = lambda method, _: method == "POST" and next(lost, False)
    # when
    files.create("event.json", b"mine")
    # then
    assert bucket.objects["deep/registry/event.json"] == b"mine"
    assert [method for method, _ in bucket.requests].count("POST") == 2


def test_names_are_those_of_one_folder_over_all_pages(files: Bucket) -> None:
    for number in range(7):
        files.create(f"bbc/events/{number}.json", b"")
        files.create(f"bbc/versions/{number}/model.onnx", b"")
    files.create("bbc2/events/9.json", b"")

    assert files.names("bbc/events") == [f"{number}.json" for number in range(7)]
    assert files.names("bbc/versions") == [str(number) for number in range(7)]
    assert files.names("") == ["bbc", "bbc2"]
    assert files.names("nobody") == []


def test_files_are_read_in_the_order_they_were_asked_for(files: Bucket) -> None:
    files.create("b", b"2")
    files.create("a", b"1")

    assert files.read(["b", "a"]) == [b"2", b"1"]
    assert files.read([]) == []


def test_names_in_any_script_are_kept(files: Bucket) -> None:
    files.create("новости/versions/1/模型.onnx", b"content")

    assert files.names("") == ["новости"]
    assert files.names("новости/versions/1") == ["模型.onnx"]
    assert files.read(["новости/versions/1/模型.onnx"]) == [b"content"]


@pytest.mark.parametrize("size", [10, 6_000_000])
def test_a_file_of_any_size_is_uploaded_once_and_comes_back(files: Bucket, tmp_path: Path, size: int) -> None:
    # given
    (tmp_path / "file").write_bytes(b"x" * size)
    (tmp_path / "other").write_bytes(b"y" * size)
    # when
    files.upload(tmp_path / "file", "model.onnx")
    files.upload(tmp_path / "file", "model.onnx")
    with pytest.raises(TakenError):
        files.upload(tmp_path / "other", "model.onnx")
    (stored,) = files.objects("")
    files.download(stored, tmp_path / "again")
    # then
    assert stored.size == size
    assert (tmp_path / "again").read_bytes() == b"x" * size


def test_what_is_gone_may_be_deleted_again(files: Bucket) -> None:
    files.create("file", b"")

    files.delete("file")
    files.delete("file")

    assert files.names("") == []


def test_a_bucket_that_does_not_exist_is_not_taken_for_an_empty_one(bucket: "FakeBucket") -> None:
    assert bucket.url

    with pytest.raises(RegistryError, match=r"cannot read the registry gs://other: .*check the names of the bucket"):
        Bucket("gs://other", SECONDS).names("")


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (403, "cannot read the registry gs://models/deep/registry: Forbidden.*ask for the role"),
        (401, "the credentials are not accepted"),
        (400, "told to answer 400"),
    ],
)
def test_a_refusal_is_one_line(files: Bucket, bucket: "FakeBucket", status: int, message: str) -> None:
    bucket.answer = lambda *_: status

    with pytest.raises(RegistryError, match=message) as error:
        files.names("")

    assert "\n" not in str(error.value)


def test_a_read_only_bucket_is_one_line(files: Bucket, bucket: "FakeBucket") -> None:
    bucket.answer = lambda method, _: 403 if method == "POST" else None

    with pytest.raises(RegistryError, match=r"cannot write to the registry .*Forbidden"):
        files.create("event.json", b"")


def test_a_server_that_stumbles_is_asked_again(files: Bucket, bucket: "FakeBucket") -> None:
    answers = iter([503])
    bucket.answer = lambda *_: next(answers, None)

    assert files.names("") == []


@pytest.mark.parametrize("broken", ["silent", "closed", "stumbling"])
def test_no_answer_takes_bounded_time(
    bucket: "FakeBucket", silent_server: str, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    # given
    addresses = {"silent": silent_server, "closed": "http://127.0.0.1:9", "stumbling": bucket.url}
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", addresses[broken])
    bucket.answer = lambda *_: 503
    files = Bucket("gs://models", 2)
    # when
    began = time.monotonic()
    with pytest.raises(RegistryError, match="no answer in time: check the network"):
        files.names("")
    # then
    assert time.monotonic() - began < 30


@pytest.mark.slow
def test_without_credentials_it_says_how_to_get_some(tmp_path: Path) -> None:
    # given
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("GOOGLE_", "STORAGE_"))}
    # As on a machine outside Google Cloud, whose metadata server nobody asks then.
    ours |= {"HOME": str(tmp_path), "CLOUDSDK_CONFIG": str(tmp_path), "NO_GCE_CHECK": "true"}
    ours |= {"TEXTOPS_REGISTRY": "gs://bucket/models"}
    # when
    command = [sys.executable, "-m", "textops.cli", "models"]
    result = subprocess.run(command, env=ours, cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False)
    # then
    assert result.returncode == 2
    assert "there are no credentials: gcloud auth application-default login" in result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
