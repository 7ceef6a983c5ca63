from pathlib import Path

import pytest

from textops.monitoring.separators import Separators
from textops.registry import Registry, Version


def test_answers_of_a_version_are_taken_apart_as_its_bundle_says(
    tmp_path: Path, tiny_bundle: Path, tiny_multilabel_bundle: Path
) -> None:
    registry = Registry(tmp_path / "registry")
    registry.register(tiny_bundle, "one")
    registry.register(tiny_multilabel_bundle, "several")

    separators = Separators(registry)

    assert separators.labels_of("several", 1, "sport|tech") == ("sport", "tech")
    assert separators.labels_of("several", 1, "") == ("(no label)",)
    assert separators.labels_of("one", 1, "a|b") == ("a|b",)
    assert separators.labels_of("gone", 7, "a|b") == ("a|b",)
    assert Separators(None).labels_of("several", 1, "sport|tech") == ("sport|tech",)


def test_a_registry_that_is_away_is_not_asked_for_each_figure(
    tmp_path: Path, tiny_multilabel_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    registry = Registry(tmp_path / "registry")
    asked: list[int] = []
    version = registry.version

    def noting(name: str, number: int) -> Version:
        asked.append(number)
        return version(name, number)

    monkeypatch.setattr(registry, "version", noting)
    now = [0.0]
    separators = Separators(registry, lambda: now[0])
    # when
    for _ in range(100):
        assert separators.labels_of("several", 1, "sport|tech") == ("sport|tech",)
    # then
    assert asked == [1]
    # when
    registry.register(tiny_multilabel_bundle, "several")
    now[0] = 31.0
    # then
    assert separators.labels_of("several", 1, "sport|tech") == ("sport", "tech")
