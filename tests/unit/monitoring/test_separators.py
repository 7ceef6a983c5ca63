from pathlib import Path

from textops.monitoring.separators import Separators
from textops.registry import Registry


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
