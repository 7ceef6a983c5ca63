import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.bundle import own_hash_of, verify
from textops.errors import BundleError, RegistryError
from textops.registry import Registry, Version
from textops.registry.bucket_storage import BucketStorage
from textops.registry.garbage import SAFE_AGE, collect
from textops.registry.storage import TakenError

if TYPE_CHECKING:
    from tests.unit.registry.conftest import FakeBucket

MakeBundle = Callable[..., Path]

ROOT = "gs://models/registry"
DAY = timedelta(days=1)


@pytest.fixture
def registry(bucket: "FakeBucket") -> Registry:
    assert bucket.url
    return Registry(ROOT)


@pytest.fixture
def storage(bucket: "FakeBucket") -> BucketStorage:
    assert bucket.url
    return BucketStorage.open(ROOT)


@pytest.fixture
def versions(registry: Registry, make_bundle: MakeBundle, tmp_path: Path) -> list[Version]:
    """Three versions, all of which were in production, the last one now."""
    made = [registry.register(make_bundle(tmp_path / f"bundle{number}")) for number in (1, 2, 3)]
    for version in made:
        registry.point(version, "production", after=registry.alias("tiny", "production"))
    return made


def downloads(bucket: "FakeBucket") -> list[str]:
    return [key for method, key in bucket.requests if method == "GET" and key.endswith(".onnx")]


def stop_before(bucket: "FakeBucket", name: str) -> None:
    """Let no file of this name be written."""
    bucket.answer = lambda method, key: 403 if method == "POST" and key.endswith(name) else None


def test_a_registry_in_a_bucket_answers_as_one_in_a_folder(registry: Registry, versions: list[Version]) -> None:
    assert registry.names() == ["tiny"]
    assert [version.number for version in registry.versions("tiny")] == [1, 2, 3]
    assert registry.find("tiny@production") == versions[2]
    assert registry.find("tiny@latest").manifest.name == "tiny"
    assert verify(registry.resolve("tiny/1")) == versions[0].manifest


def test_one_command_gives_production_back(registry: Registry, versions: list[Version]) -> None:
    event = registry.rollback("tiny", reason="complaints")

    assert (event.version, event.previous) == (2, 3)
    assert registry.find("tiny") == versions[1]


def test_a_bundle_lies_in_the_bucket_as_in_a_folder(
    registry: Registry, bucket: "FakeBucket", tiny_bundle: Path
) -> None:
    registry.register(tiny_bundle)

    for path in tiny_bundle.iterdir():
        assert bucket.objects[f"registry/tiny/versions/1/{path.name}"] == path.read_bytes()


def test_the_same_content_is_registered_once(registry: Registry, versions: list[Version], tmp_path: Path) -> None:
    assert registry.register(tmp_path / "bundle2") == versions[1]
    assert len(registry.versions("tiny")) == 3


def test_a_path_is_adopted_once(storage: BucketStorage, make_bundle: MakeBundle, tmp_path: Path) -> None:
    storage.adopt(make_bundle(tmp_path / "first"), "tiny/versions/1")

    with pytest.raises(TakenError):
        storage.adopt(make_bundle(tmp_path / "second"), "tiny/versions/1")


@pytest.mark.parametrize("missing", ["model.onnx", "tokenizer.json", "bundle.json"])
def test_a_version_that_is_half_there_is_none(
    registry: Registry, bucket: "FakeBucket", make_bundle: MakeBundle, tmp_path: Path, missing: str
) -> None:
    # given
    first, second = make_bundle(tmp_path / "first"), make_bundle(tmp_path / "second")
    stop_before(bucket, missing)
    # when
    with pytest.raises(RegistryError, match="Forbidden"):
        registry.register(first)
    # then
    assert registry.names() == []
    assert registry.versions("tiny") == []
    # and what is registered next has the next number
    bucket.answer = lambda *_: None
    assert registry.register(second).number == 2
    verify(registry.resolve("tiny/2"))


@pytest.fixture
def begun(registry: Registry, bucket: "FakeBucket", make_bundle: MakeBundle, tmp_path: Path) -> Path:
    """A bundle whose writer was killed when all but the manifest was sent."""
    bundle = make_bundle(tmp_path / "begun")
    stop_before(bucket, "bundle.json")
    with pytest.raises(RegistryError):
        registry.register(bundle)
    bucket.answer = lambda *_: None
    return bundle


def test_the_same_bundle_goes_on_where_its_writer_was_killed(registry: Registry, begun: Path) -> None:
    version = registry.register(begun)

    assert version.number == 1
    verify(version.path)


def test_the_same_bundle_goes_on_also_behind_a_version_that_came_meanwhile(
    registry: Registry, begun: Path, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    # given
    assert registry.register(make_bundle(tmp_path / "other")).number == 2
    # when
    version = registry.register(begun)
    # then
    assert version.number == 1
    verify(version.path)
    assert [version.number for version in registry.versions("tiny")] == [1, 2]


def test_what_was_begun_long_ago_is_not_gone_on_with(registry: Registry, bucket: "FakeBucket", begun: Path) -> None:
    bucket.age("registry/tiny/claims/1.json", datetime.now(UTC) - DAY)

    assert registry.register(begun).number == 2


def test_garbage_collection_takes_half_versions_that_are_old_and_never_gives_their_numbers_again(
    registry: Registry, bucket: "FakeBucket", make_bundle: MakeBundle, tmp_path: Path
) -> None:
    # given
    stop_before(bucket, "bundle.json")
    for name in ("first", "second"):
        with pytest.raises(RegistryError):
            registry.register(make_bundle(tmp_path / name))
    bucket.answer = lambda *_: None
    old = [key for key in bucket.objects if "/versions/1/" in key]
    for key in old:
        bucket.age(key, datetime.now(UTC) - SAFE_AGE - timedelta(hours=1))
    # when
    garbage = collect(registry, "tiny", keep=1, rollbacks=0)
    # then
    assert garbage.left_over == ("tiny/versions/1",)
    assert {key.split("/")[3] for key in bucket.objects if "/versions/" in key} == {"2"}
    assert registry.register(make_bundle(tmp_path / "third")).number == 3


def test_collected_versions_are_gone_from_the_bucket(
    registry: Registry, bucket: "FakeBucket", make_bundle: MakeBundle, versions: list[Version], tmp_path: Path
) -> None:
    collect(registry, "tiny", keep=1, rollbacks=1)

    assert registry.versions("tiny") == versions[1:]
    assert not [key for key in bucket.objects if "/versions/1/" in key]
    assert registry.register(make_bundle(tmp_path / "fourth")).number == 4


def test_a_bundle_is_fetched_once(
    registry: Registry, bucket: "FakeBucket", versions: list[Version], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: another machine
    assert versions
    monkeypatch.setenv("TEXTOPS_CACHE", str(tmp_path / "other"))
    elsewhere = Registry(ROOT)
    bucket.requests.clear()
    # when
    first, second = elsewhere.resolve("tiny/2"), elsewhere.resolve("tiny/2")
    # then
    assert first == second
    assert len(downloads(bucket)) == 1
    assert [path.name for path in first.parent.iterdir()] == ["2"]
    assert registry.resolve("tiny/2") != first


def test_what_was_altered_in_the_cache_is_fetched_again(
    registry: Registry, bucket: "FakeBucket", versions: list[Version]
) -> None:
    # given
    path = versions[0].path
    (path / "model.onnx").write_bytes(b"altered")
    bucket.requests.clear()
    # when
    again = registry.resolve("tiny/1")
    # then
    assert again == path
    verify(path)
    assert len(downloads(bucket)) == 1


def test_another_registry_at_the_same_address_is_not_answered_from_the_cache(
    registry: Registry, bucket: "FakeBucket", make_bundle: MakeBundle, versions: list[Version], tmp_path: Path
) -> None:
    # given
    assert versions
    bucket.objects.clear()
    other = make_bundle(tmp_path / "other", temperature=3.0)
    shutil.rmtree(registry.register(other).path)
    # when
    found = registry.find("tiny/1")
    # then
    assert verify(found.path).temperature == 3.0


def test_a_bundle_altered_in_the_bucket_is_refused(
    registry: Registry, bucket: "FakeBucket", versions: list[Version]
) -> None:
    shutil.rmtree(versions[0].path)
    bucket.objects["registry/tiny/versions/1/model.onnx"] = b"altered"

    with pytest.raises(BundleError, match=r"model.onnx was altered"):
        registry.resolve("tiny/1")
    with pytest.raises(BundleError, match=r"was altered"):
        registry.point(registry.find("tiny/1"), "staging", after=None)
    assert registry.alias("tiny", "staging") is None


def test_a_bundle_with_a_file_missing_in_the_bucket_is_refused(
    registry: Registry, bucket: "FakeBucket", versions: list[Version]
) -> None:
    shutil.rmtree(versions[0].path)
    del bucket.objects["registry/tiny/versions/1/model.onnx"]

    with pytest.raises(BundleError, match=r"misses model.onnx"):
        registry.resolve("tiny/1")


@pytest.mark.parametrize("name", ["../../../evil", "/evil", "a/../../evil", "..\\evil"])
def test_a_manifest_cannot_write_out_of_the_cache(
    registry: Registry, bucket: "FakeBucket", versions: list[Version], tmp_path: Path, name: str
) -> None:
    # given
    shutil.rmtree(versions[0].path)
    manifest = json.loads(bucket.objects["registry/tiny/versions/1/bundle.json"])
    manifest["files"][name] = "0" * 64
    manifest["own_hash"] = own_hash_of(manifest)
    bucket.objects["registry/tiny/versions/1/bundle.json"] = json.dumps(manifest).encode()
    before = sorted(tmp_path.rglob("*"))
    # when
    with pytest.raises(BundleError, match="lies outside the bundle"):
        registry.resolve("tiny/1")
    # then
    assert sorted(tmp_path.rglob("*")) == before


def test_a_damaged_manifest_says_where_it_lies(
    registry: Registry, bucket: "FakeBucket", versions: list[Version]
) -> None:
    assert versions
    bucket.objects["registry/tiny/versions/1/bundle.json"] = b"{"

    with pytest.raises(BundleError, match=r"gs://models/registry/tiny/versions/1/bundle.json is not valid"):
        registry.resolve("tiny/1")


def test_a_cache_that_cannot_be_written_is_one_line(
    bucket: "FakeBucket", tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TEXTOPS_CACHE", str(tmp_path / "file"))

    with pytest.raises(RegistryError, match=r"cannot keep bundles in .*set TEXTOPS_CACHE to another folder"):
        Registry(ROOT).register(tiny_bundle)
    assert bucket.objects == {}


def test_notes_beside_the_models_hold_no_names(
    registry: Registry, bucket: "FakeBucket", versions: list[Version]
) -> None:
    bucket.create("registry/README.md", b"", {})
    bucket.create("registry/tiny/versions/notes.txt", b"", {})
    bucket.create("registry/tiny/events/.hidden", b"", {})

    assert registry.names() == ["tiny"]
    assert registry.versions("tiny") == versions
    assert len(registry.events("tiny")) == 3
