import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from textops.bundle import MANIFEST_FILE, MODEL_FILE, verify
from textops.errors import BundleError, RegistryError
from textops.registry import Registry, Version
from textops.registry.events import Action, AliasEvent

MakeBundle = Callable[..., Path]


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "registry")


@pytest.fixture
def three_versions(registry: Registry, make_bundle: MakeBundle, tmp_path: Path) -> list[Version]:
    """Three versions of `tiny`, one bundle each."""
    return [registry.register(make_bundle(tmp_path / f"bundle{number}")) for number in (1, 2, 3)]


def promote(registry: Registry, version: Version, alias: str = "production") -> AliasEvent:
    return registry.point(version, alias, after=registry.alias(version.name, alias), reason="test")


def alter(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_registered_bundle_is_the_next_version_and_nothing_else(
    registry: Registry, three_versions: list[Version], tmp_path: Path
) -> None:
    assert [str(version) for version in registry.versions("tiny")] == ["tiny/1", "tiny/2", "tiny/3"]
    assert registry.names() == ["tiny"]
    first = three_versions[0]
    assert first.path == tmp_path / "registry/tiny/versions/1"
    assert verify(first.path) == first.manifest
    names = {path.name for path in (tmp_path / "bundle1").iterdir()}
    assert {path.name for path in first.path.iterdir()} == names


def test_versions_are_counted_as_numbers(registry: Registry, make_bundle: MakeBundle, tmp_path: Path) -> None:
    for number in range(1, 12):
        registry.register(make_bundle(tmp_path / str(number), temperature=float(number)))

    assert registry.versions("tiny")[-1].number == 11
    assert registry.find("tiny@latest").number == 11


def test_the_same_content_is_registered_once(registry: Registry, tiny_bundle: Path, tmp_path: Path) -> None:
    first = registry.register(tiny_bundle)
    copy = shutil.copytree(tiny_bundle, tmp_path / "copy")

    assert registry.register(copy) == first
    assert len(registry.versions("tiny")) == 1


def test_a_bundle_can_be_registered_under_another_name(registry: Registry, tiny_bundle: Path) -> None:
    assert str(registry.register(tiny_bundle, "other")) == "other/1"
    assert registry.names() == ["other"]


@pytest.mark.parametrize("name", ["../outside", "", "a/b"])
def test_a_name_cannot_lead_out_of_the_registry(
    registry: Registry, tiny_bundle: Path, tmp_path: Path, name: str
) -> None:
    with pytest.raises(RegistryError, match="cannot be a model's name"):
        registry.register(tiny_bundle, name)

    assert list(tmp_path.iterdir()) == []


def test_an_altered_bundle_is_not_registered(registry: Registry, tiny_bundle: Path, tmp_path: Path) -> None:
    bundle = shutil.copytree(tiny_bundle, tmp_path / "altered")
    alter(bundle / MODEL_FILE)

    with pytest.raises(BundleError, match="was altered"):
        registry.register(bundle)

    assert registry.names() == []


def test_the_same_content_that_appears_while_it_is_looked_for_is_registered_once(
    registry: Registry, make_bundle: MakeBundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given somebody who registers the bundle just when the versions there are were compared with it
    registry.register(make_bundle(tmp_path / "first"))
    bundle, rival, read = make_bundle(tmp_path / "second"), Registry(registry.root), registry.storage.read

    def read_late(paths: Sequence[str]) -> list[bytes]:
        contents = read(paths)
        if paths and paths[0].endswith(MANIFEST_FILE):
            rival.register(bundle)
        return contents

    monkeypatch.setattr(registry.storage, "read", read_late)
    # when
    version = registry.register(bundle)
    # then
    assert version.number == 2
    assert len(registry.versions("tiny")) == 2


def test_the_same_content_again_does_not_hide_an_altered_version(registry: Registry, tiny_bundle: Path) -> None:
    alter(registry.register(tiny_bundle).path / MODEL_FILE)

    with pytest.raises(BundleError, match="was altered"):
        registry.register(tiny_bundle)


def test_an_alias_follows_its_events(registry: Registry, three_versions: list[Version]) -> None:
    promote(registry, three_versions[0])
    promote(registry, three_versions[2])
    event = promote(registry, three_versions[1], "staging")

    assert (event.number, event.previous, event.action) == (3, None, Action.PROMOTE)
    assert {alias: event.version for alias, event in registry.aliases("tiny").items()} == {
        "production": 3,
        "staging": 2,
    }
    assert [event.previous for event in registry.events("tiny")] == [None, 1, None]
    assert registry.alias("tiny", "nobody") is None


@pytest.mark.parametrize(
    ("reference", "number"),
    [("tiny", 2), ("tiny@production", 2), ("tiny@staging", 3), ("tiny/1", 1), ("tiny@latest", 3), (None, 2)],
)
def test_a_reference_leads_to_a_version(
    registry: Registry, three_versions: list[Version], reference: str | None, number: int
) -> None:
    promote(registry, three_versions[1])
    promote(registry, three_versions[2], "staging")

    assert registry.find(reference).number == number
    assert registry.resolve(reference) == three_versions[number - 1].path


def test_an_empty_registry_says_what_to_type(registry: Registry) -> None:
    with pytest.raises(RegistryError, match=r"registry .* is empty: .*textops demo"):
        registry.find()
    with pytest.raises(RegistryError, match=r"holds no model tiny: .*textops demo"):
        registry.find("tiny@production")


def test_a_reference_that_leads_nowhere_lists_what_there_is(registry: Registry, three_versions: list[Version]) -> None:
    promote(registry, three_versions[0], "staging")

    with pytest.raises(RegistryError, match="holds no model other: there is tiny"):
        registry.find("other")
    with pytest.raises(RegistryError, match=r"no version tiny/9: its versions are 1, 2, 3"):
        registry.find("tiny/9")
    with pytest.raises(RegistryError, match=r"no alias production: .*staging \(1\).*textops promote tiny/3 --to"):
        registry.find("tiny")
    with pytest.raises(RegistryError, match="tiny has no alias production"):
        registry.find()


def test_nothing_given_means_the_only_model_in_production(
    registry: Registry, three_versions: list[Version], tiny_bundle: Path
) -> None:
    other = registry.register(tiny_bundle, "other")
    with pytest.raises(RegistryError, match=r"none of the models .* name one of other, tiny"):
        registry.find()

    promote(registry, three_versions[0])
    assert str(registry.find()) == "tiny/1"

    promote(registry, other)
    with pytest.raises(RegistryError, match=r"2 of the models .* name one of other, tiny, .* --model"):
        registry.find()
    assert registry.holding("production") == ["other", "tiny"]
    assert registry.holding("staging") == []


def test_rolling_back_twice_goes_two_steps_back(registry: Registry, three_versions: list[Version]) -> None:
    for version in three_versions:
        promote(registry, version)

    first = registry.rollback("tiny", reason="wrong answers")
    second = registry.rollback("tiny")

    assert (first.version, first.previous, first.action, first.reason) == (
        2,
        3,
        Action.ROLLBACK,
        "wrong answers",
    )
    assert (second.version, second.previous) == (1, 2)
    assert [event.number for event in registry.events("tiny")] == [1, 2, 3, 4, 5]
    with pytest.raises(RegistryError, match="no version held production of tiny before tiny/1"):
        registry.rollback("tiny")


def test_an_alias_that_was_never_set_is_not_rolled_back(registry: Registry, three_versions: list[Version]) -> None:
    with pytest.raises(RegistryError, match="tiny has no alias production to roll back: its versions are 1, 2, 3"):
        registry.rollback("tiny")
    with pytest.raises(RegistryError, match="other has no alias production to roll back: there is tiny"):
        registry.rollback("other")
    assert three_versions[0].path.is_dir()


def test_an_alias_moves_to_no_altered_version(registry: Registry, three_versions: list[Version]) -> None:
    promote(registry, three_versions[0])
    promote(registry, three_versions[1])
    alter(three_versions[0].path / MODEL_FILE)

    with pytest.raises(BundleError, match="was altered"):
        registry.rollback("tiny")
    with pytest.raises(BundleError, match="was altered"):
        promote(registry, three_versions[0], "staging")
    assert len(registry.events("tiny")) == 2


def test_who_decided_on_an_old_state_is_told(registry: Registry, three_versions: list[Version]) -> None:
    seen = registry.alias("tiny", "production")
    promote(registry, three_versions[0])

    with pytest.raises(RegistryError, match="was moved to version 1 by somebody else meanwhile"):
        registry.point(three_versions[1], "production", after=seen)


def test_a_damaged_event_is_one_line(registry: Registry, three_versions: list[Version], tmp_path: Path) -> None:
    promote(registry, three_versions[0])
    (tmp_path / "registry/tiny/events/00000001.json").write_text("{")

    with pytest.raises(RegistryError, match=r"event tiny/events/00000001.json is not valid"):
        registry.find("tiny")


def test_what_a_kill_left_beside_is_not_seen(registry: Registry, three_versions: list[Version]) -> None:
    versions = three_versions[0].path.parent
    (versions / ".abc123").mkdir()
    events = versions.parent / "events"
    events.mkdir()
    (events / ".def456").write_text("{")

    assert len(registry.versions("tiny")) == 3
    assert registry.events("tiny") == []
