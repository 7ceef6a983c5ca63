import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from textops.bundle import MANIFEST_FILE, verify
from textops.errors import RegistryError
from textops.registry.cache import BundleCache

MakeBundle = Callable[..., Path]

PATH = "tiny/versions/1"


@pytest.fixture
def cache(tmp_path: Path) -> BundleCache:
    return BundleCache(tmp_path / "cache", "gs://models")


def keep(cache: BundleCache, bundle: Path) -> Path:
    with cache.beside(PATH) as folder:
        shutil.copytree(bundle, folder, dirs_exist_ok=True)
        return cache.keep(folder, PATH)


def test_what_is_kept_is_found_by_its_manifest(cache: BundleCache, tiny_bundle: Path) -> None:
    place = keep(cache, tiny_bundle)

    assert cache.find(PATH, (tiny_bundle / MANIFEST_FILE).read_bytes()) == place
    assert cache.find(PATH, b"{}") is None
    assert cache.find("tiny/versions/2", b"{}") is None


def test_registries_do_not_share_their_places(tmp_path: Path, cache: BundleCache) -> None:
    assert BundleCache(tmp_path / "cache", "gs://models/other").root != cache.root


def test_who_comes_second_leaves_what_is_sound(cache: BundleCache, tiny_bundle: Path) -> None:
    place = keep(cache, tiny_bundle)
    before = (place / MANIFEST_FILE).stat().st_ino

    keep(cache, tiny_bundle)

    assert (place / MANIFEST_FILE).stat().st_ino == before
    assert [path.name for path in place.parent.iterdir()] == ["1"]


def test_what_is_damaged_is_replaced(cache: BundleCache, tiny_bundle: Path) -> None:
    (keep(cache, tiny_bundle) / "model.onnx").write_bytes(b"altered")

    place = keep(cache, tiny_bundle)

    verify(place)
    assert [path.name for path in place.parent.iterdir()] == ["1"]


def test_what_was_not_kept_leaves_nothing(cache: BundleCache) -> None:
    def fail() -> None:
        with cache.beside(PATH) as folder:
            (folder / "half").touch()
            raise RegistryError("away")

    with pytest.raises(RegistryError, match="away"):
        fail()

    assert list((cache.root / PATH).parent.iterdir()) == []
