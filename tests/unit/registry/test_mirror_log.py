from collections.abc import Callable
from pathlib import Path

import pytest

from textops.errors import RegistryError
from textops.registry import Registry, Version
from textops.registry.garbage import collect
from textops.registry.mirror_log import Backlog, MirrorRecord, backlog_of, bring_up_to_date, last_record

MakeBundle = Callable[..., Path]


class Memory:
    """A mirror that remembers, and is away after a number of steps."""

    def __init__(self, steps: int = 99) -> None:
        self.steps = steps
        self.kept: list[str] = []
        self.aliases: dict[str, str] = {}
        self.before_answer: Callable[[], None] = lambda: None

    def keep(self, version: Version) -> str:
        self._step()
        self.kept.append(str(version))
        return f"there/{version}"

    def point(self, kept: str, name: str, alias: str) -> None:
        self._step()
        self.aliases[f"{name}@{alias}"] = kept
        self.before_answer()

    def _step(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise ConnectionError("away")


@pytest.fixture
def registry(tmp_path: Path, make_bundle: MakeBundle) -> Registry:
    """Three versions; the first was in production before the second, and is in staging."""
    registry = Registry(tmp_path / "registry")
    versions = [registry.register(make_bundle(tmp_path / str(number))) for number in (1, 2, 3)]
    first = registry.point(versions[0], "production", after=None)
    registry.point(versions[1], "production", after=first)
    registry.point(versions[0], "staging", after=None)
    return registry


def behind(registry: Registry) -> Backlog:
    return backlog_of(registry, "tiny", last_record(registry, "tiny"))


def test_what_the_mirror_lacks_follows_from_the_registry(registry: Registry) -> None:
    assert behind(registry) == Backlog(versions=(2, 1, 3), aliases={"production": 2, "staging": 1})


def test_a_mirror_gets_all_versions_and_the_aliases_as_they_are_now(registry: Registry) -> None:
    mirror = Memory()

    bring_up_to_date(registry, "tiny", mirror)

    assert mirror.kept == ["tiny/2", "tiny/1", "tiny/3"]
    assert mirror.aliases == {"tiny@production": "there/tiny/2", "tiny@staging": "there/tiny/1"}
    assert not behind(registry)


def test_a_rollback_moves_the_alias_there_and_nothing_else(registry: Registry) -> None:
    bring_up_to_date(registry, "tiny", Memory())
    registry.rollback("tiny")
    mirror = Memory()

    bring_up_to_date(registry, "tiny", mirror)

    assert mirror.kept == []
    assert mirror.aliases == {"tiny@production": "there/tiny/1"}


@pytest.mark.parametrize("steps", range(5))
def test_what_was_done_before_the_mirror_went_away_is_not_done_again(registry: Registry, steps: int) -> None:
    # given
    first, second = Memory(steps), Memory()
    with pytest.raises(ConnectionError):
        bring_up_to_date(registry, "tiny", first)
    assert behind(registry)
    # when: by another process, which knows of nothing but the registry
    bring_up_to_date(Registry(registry.root), "tiny", second)
    # then
    assert [*first.kept, *second.kept] == ["tiny/2", "tiny/1", "tiny/3"]
    assert first.aliases | second.aliases == {"tiny@production": "there/tiny/2", "tiny@staging": "there/tiny/1"}
    assert not behind(registry)


def test_of_two_that_mirror_at_once_the_last_word_is_that_of_the_registry(registry: Registry) -> None:
    # given: while one points production at version 2, production moves and another one mirrors that
    mirror, other = Memory(), Memory()
    meanwhile = iter([True])

    def move() -> None:
        if next(meanwhile, False):
            elsewhere = Registry(registry.root)
            elsewhere.rollback("tiny")
            bring_up_to_date(elsewhere, "tiny", other)
            mirror.aliases.update(other.aliases)
            # The answer of W&B to the first came last.
            mirror.aliases["tiny@production"] = "there/tiny/2"

    mirror.before_answer = move
    # when
    bring_up_to_date(registry, "tiny", mirror)
    # then
    assert mirror.aliases["tiny@production"] == "there/tiny/1"
    assert not behind(registry)


def test_asked_again_it_points_all_aliases_again(registry: Registry) -> None:
    bring_up_to_date(registry, "tiny", Memory())
    mirror = Memory()

    bring_up_to_date(registry, "tiny", mirror, again=True)

    assert mirror.kept == []
    assert mirror.aliases == {"tiny@production": "there/tiny/2", "tiny@staging": "there/tiny/1"}


def test_removed_versions_are_not_missed(registry: Registry, make_bundle: MakeBundle, tmp_path: Path) -> None:
    registry.register(make_bundle(tmp_path / "4"))
    collect(registry, "tiny", keep=1, rollbacks=0)

    assert behind(registry).versions == (2, 1, 4)


def test_a_damaged_record_says_what_to_do(registry: Registry, tmp_path: Path) -> None:
    bring_up_to_date(registry, "tiny", Memory())
    last = max((tmp_path / "registry/tiny/mirror").iterdir())
    last.write_text("{")

    with pytest.raises(RegistryError, match=r"tiny/mirror/0000000\d.json is damaged: remove it"):
        last_record(registry, "tiny")
    last.unlink()
    assert behind(registry)


def test_nothing_mirrored_is_an_empty_record(tmp_path: Path) -> None:
    assert last_record(Registry(tmp_path), "tiny").model_dump(exclude={"created"}) == MirrorRecord().model_dump(
        exclude={"created"}
    )
