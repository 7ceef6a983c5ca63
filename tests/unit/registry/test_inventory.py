from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.bundle import MANIFEST_FILE, Manifest
from textops.errors import BundleError, RegistryError
from textops.registry import Registry
from textops.registry.inventory import inventories, inventory, manifests_of
from textops.registry.log import DamagedLogError

if TYPE_CHECKING:
    from tests.conftest import BundleFactory
    from tests.unit.registry.conftest import FakeBucket


@pytest.fixture
def filled(tmp_path: Path, make_bundle: "BundleFactory") -> Registry:
    """Three versions: the first in production, the last in staging."""
    registry = Registry(tmp_path / "registry")
    for points in (1.0, 2.0, 3.0):
        version = registry.register(make_bundle(tmp_path / str(points), points=points))
        if points != 2.0:
            registry.point(version, "production" if points == 1.0 else "staging", after=None)
    return registry


def test_a_model_is_told_with_its_versions_and_holders(filled: Registry) -> None:
    found = inventory(filled, "tiny")

    assert [version.number for version in found.versions] == [1, 2, 3]
    assert found.holders == {"production": 1, "staging": 3}
    assert [event.alias for event in found.events] == ["production", "staging"]
    assert found.damage is None


def test_what_was_removed_is_no_version(filled: Registry) -> None:
    filled.log("tiny").collect(lambda _: [2])

    assert [version.number for version in inventory(filled, "tiny").versions] == [1, 3]


def test_models_without_versions_and_impossible_names_are_passed_over(filled: Registry) -> None:
    root = Path(filled.root)
    (root / "empty").mkdir()
    (root / "a name").mkdir()
    (root / "note.txt").write_text("not a model")

    assert [found.name for found in inventories(filled)] == ["tiny"]


def test_nothing_is_there_in_an_empty_registry(tmp_path: Path) -> None:
    assert inventories(Registry(tmp_path / "none")) == []
    assert inventory(Registry(tmp_path / "none"), "tiny").versions == ()


def test_a_damaged_log_hides_the_aliases_and_not_the_versions(filled: Registry) -> None:
    # given
    (Path(filled.root) / "tiny/events/00000001.json").write_text("{")
    # when
    found = inventory(filled, "tiny")
    # then
    assert [version.number for version in found.versions] == [1, 2, 3]
    assert found.holders == {}
    assert isinstance(found.damage, DamagedLogError)


@pytest.mark.parametrize("damage", ["broken", "missing"])
def test_damaged_manifests_hide_no_sound_ones(filled: Registry, damage: str) -> None:
    # given
    versions = inventory(filled, "tiny").versions
    path = versions[1].path / MANIFEST_FILE
    path.unlink() if damage == "missing" else path.write_text("{")
    # when
    first, second, third = manifests_of(filled, versions, 5)
    # then
    assert isinstance(first, Manifest)
    assert isinstance(second, BundleError | RegistryError)
    assert isinstance(third, Manifest)


def test_a_registry_that_takes_too_long_is_told(filled: Registry) -> None:
    versions = inventory(filled, "tiny").versions
    (versions[0].path / MANIFEST_FILE).unlink()

    with pytest.raises(RegistryError, match="has not said in time"):
        manifests_of(filled, versions, -1)


def test_a_bucket_is_asked_for_all_manifests_at_once(
    bucket: "FakeBucket", make_bundle: "BundleFactory", tmp_path: Path
) -> None:
    # given
    registry = Registry("gs://models/registry")
    for points in (1.0, 2.0):
        registry.register(make_bundle(tmp_path / f"bucket-{points}", points=points))
    # when
    found = inventory(registry, "tiny")
    asked = len(bucket.requests)
    manifests = manifests_of(registry, found.versions, 5)
    # then
    assert [version.number for version in found.versions] == [1, 2]
    assert all(isinstance(manifest, Manifest) for manifest in manifests)
    assert len(bucket.requests) - asked == 2
