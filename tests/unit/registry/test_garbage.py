from collections.abc import Callable
from pathlib import Path

import pytest

from textops.errors import BundleError, RegistryError
from textops.registry import Registry, Version
from textops.registry.events import Action, AliasEvent, Event
from textops.registry.garbage import Garbage, collect, find_garbage, models_with_garbage, superfluous

MakeBundle = Callable[..., Path]


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "registry")


@pytest.fixture
def versions(registry: Registry, make_bundle: MakeBundle, tmp_path: Path) -> list[Version]:
    """Six versions; 1, 2, 3 and 4 were in production one after the other, the last one is now; 2 is in staging."""
    made = [registry.register(make_bundle(tmp_path / str(number))) for number in range(1, 7)]
    for version in made[:4]:
        registry.point(version, "production", after=registry.alias("tiny", "production"))
    registry.point(made[1], "staging", after=None)
    return made


def moves(*versions: int) -> list[Event]:
    return [
        AliasEvent(
            number=number, alias="live", version=version, previous=None, action=Action.PROMOTE, reason=None, gate=None
        )
        for number, version in enumerate(versions, start=1)
    ]


def numbers(registry: Registry) -> list[int]:
    return [version.number for version in registry.versions("tiny")]


@pytest.mark.parametrize(
    ("keep", "rollbacks", "gone"),
    [(1, 0, [1, 2, 4, 5]), (1, 1, [1, 4, 5]), (3, 1, [1]), (1, 9, [4, 5]), (6, 0, [])],
)
def test_the_holder_those_before_it_and_the_newest_stay(keep: int, rollbacks: int, gone: list[int]) -> None:
    assert superfluous([1, 2, 3, 4, 5, 6], moves(1, 2, 3), keep=keep, rollbacks=rollbacks) == gone


def test_nothing_that_an_alias_holds_or_can_be_rolled_back_to_is_removed(
    registry: Registry, versions: list[Version]
) -> None:
    # when
    garbage = collect(registry, "tiny", keep=1, rollbacks=1)
    # then
    assert garbage == Garbage(versions=(1, 5), left_over=())
    assert numbers(registry) == [2, 3, 4, 6]
    assert not versions[0].path.exists()
    assert registry.rollback("tiny").version == 3


def test_a_rollback_to_what_was_removed_says_so(registry: Registry, versions: list[Version]) -> None:
    collect(registry, "tiny", keep=1, rollbacks=0)

    with pytest.raises(RegistryError, match=r"production was tiny/3 before, but that is gone \(removed as garbage on"):
        registry.rollback("tiny")
    with pytest.raises(RegistryError, match=r"no version tiny/3 \(removed as garbage on .*its versions are 2, 4, 6"):
        registry.find("tiny/3")
    with pytest.raises(BundleError, match=r"no bundle at .*tiny/versions/3"):
        registry.point(versions[2], "production", after=registry.alias("tiny", "production"))


def test_looking_removes_nothing(registry: Registry, versions: list[Version]) -> None:
    assert find_garbage(registry, "tiny", keep=1, rollbacks=1).versions == (1, 5)
    assert registry.versions("tiny") == versions


def test_numbers_are_never_given_again(registry: Registry, make_bundle: MakeBundle, tmp_path: Path) -> None:
    # given
    for number in (1, 2, 3):
        registry.register(make_bundle(tmp_path / str(number)))
    registry.point(registry.find("tiny/1"), "production", after=None)
    registry.log("tiny").collect(lambda _: [2, 3])
    for number in (2, 3):
        registry.storage.remove(f"tiny/versions/{number}")
    # when
    again = registry.register(tmp_path / "3")
    # then
    assert again.number == 4
    assert numbers(registry) == [1, 4]


def test_what_a_killed_collection_left_is_not_seen_and_goes_next_time(
    registry: Registry, versions: list[Version]
) -> None:
    # given: the event was written, the files are still there
    registry.log("tiny").collect(lambda _: [5])
    assert versions[4].path.is_dir()
    assert numbers(registry) == [1, 2, 3, 4, 6]
    # when
    garbage = collect(registry, "tiny", keep=6, rollbacks=9)
    # then
    assert garbage.versions == (5,)
    assert not versions[4].path.exists()


def test_an_alias_that_moved_while_garbage_was_looked_for_keeps_its_version(
    registry: Registry, versions: list[Version], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    create = type(registry.storage).create
    promoted: list[bool] = []

    def promote_first(storage: object, path: str, content: bytes) -> None:
        if b'"collect"' in content and not promoted:
            promoted.append(True)
            Registry(registry.root).point(versions[4], "canary", after=None)
        create(storage, path, content)  # type: ignore[arg-type]

    monkeypatch.setattr(type(registry.storage), "create", promote_first)
    # when
    collect(registry, "tiny", keep=1, rollbacks=0)
    # then
    assert numbers(registry) == [2, 4, 5, 6]


def test_a_model_whose_first_version_never_became_whole_may_have_garbage(
    registry: Registry, versions: list[Version], tmp_path: Path
) -> None:
    assert versions
    (tmp_path / "registry/half/versions/.abc").mkdir(parents=True)
    (tmp_path / "registry/.hidden").mkdir()

    assert registry.names() == ["tiny"]
    assert models_with_garbage(registry) == ["half", "tiny"]
    assert find_garbage(registry, "half", keep=1, rollbacks=0) == Garbage((), ())
