from collections.abc import Callable
from pathlib import Path

import pytest

from textops.bundle import MODEL_FILE
from textops.errors import BundleError, DataError, GateRefusedError, RegistryError
from textops.registry import Registry, promote

MakeBundle = Callable[..., Path]

TEXTS = ["the goal of the team", "a chip with new code"] * 30
LABELS = ["sport", "tech"] * 30
SWAPPED = {"goal": "tech", "team": "tech", "chip": "sport", "code": "sport"}


@pytest.fixture
def registry(tmp_path: Path, tiny_bundle: Path) -> Registry:
    """A registry with one good version of `tiny`."""
    registry = Registry(tmp_path / "registry")
    registry.register(tiny_bundle)
    return registry


@pytest.fixture
def bad_bundle(make_bundle: MakeBundle, tmp_path: Path) -> Path:
    """A model that is always wrong."""
    return make_bundle(tmp_path / "bad", keywords=SWAPPED)


def test_the_first_good_model_is_promoted_with_its_report(registry: Registry) -> None:
    event = promote(registry, "tiny/1", "production", TEXTS, LABELS)

    assert registry.alias("tiny", "production") == event
    assert event.gate is not None
    assert [(check.name, check.passed) for check in event.gate.checks] == [("baseline", True)]
    assert event.gate.examples == 60


@pytest.mark.parametrize("reference", ["tiny", None, "tiny@latest"])
def test_a_bare_name_or_nothing_means_the_newest_version(
    registry: Registry, make_bundle: MakeBundle, tmp_path: Path, reference: str | None
) -> None:
    registry.register(make_bundle(tmp_path / "second"))

    assert promote(registry, reference, "production", TEXTS, LABELS).version == 2


def test_a_first_model_that_is_no_better_than_guessing_is_refused(registry: Registry, bad_bundle: Path) -> None:
    registry.register(bad_bundle)

    with pytest.raises(GateRefusedError, match=r"tiny/2 is not promoted .*baseline: accuracy 0\.0000") as error:
        promote(registry, "tiny/2", "production", TEXTS, LABELS)

    assert error.value.exit_code == 3
    assert registry.events("tiny") == []


def test_a_model_worse_than_the_holder_is_refused_by_name_and_figure(registry: Registry, bad_bundle: Path) -> None:
    promote(registry, "tiny/1", "production", TEXTS, LABELS)
    registry.register(bad_bundle)

    with pytest.raises(GateRefusedError, match=r"accuracy: accuracy 0\.0000 against 1\.0000 of tiny/1"):
        promote(registry, "tiny/2", "production", TEXTS, LABELS)

    assert len(registry.events("tiny")) == 1


def test_an_equal_model_takes_over(registry: Registry, make_bundle: MakeBundle, tmp_path: Path) -> None:
    promote(registry, "tiny/1", "production", TEXTS, LABELS)
    registry.register(make_bundle(tmp_path / "equal", temperature=2.0))

    event = promote(registry, "tiny/2", "production", TEXTS, LABELS)

    assert (event.version, event.previous) == (2, 1)


def test_a_reason_overrides_the_gate_and_is_stored_with_what_it_said(registry: Registry, bad_bundle: Path) -> None:
    registry.register(bad_bundle)

    event = promote(registry, "tiny/2", "production", TEXTS, LABELS, force_reason="drill")

    assert event.reason == "drill"
    assert event.gate is not None
    assert not event.gate.passed
    assert registry.find("tiny").number == 2


def test_a_blank_reason_overrides_nothing(registry: Registry) -> None:
    with pytest.raises(RegistryError, match="needs a reason"):
        promote(registry, "tiny/1", "production", TEXTS, LABELS, force_reason=" ")


def test_who_holds_the_alias_already_stays_without_a_new_event(registry: Registry) -> None:
    first = promote(registry, "tiny/1", "production", TEXTS, LABELS)

    assert promote(registry, "tiny/1", "production", TEXTS, LABELS) == first
    assert len(registry.events("tiny")) == 1


def test_other_classes_than_the_holders_are_refused(
    registry: Registry, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    promote(registry, "tiny/1", "production", TEXTS, LABELS)
    registry.register(make_bundle(tmp_path / "wider", classes=("sport", "tech", "trade")))

    with pytest.raises(GateRefusedError, match=r"classes: not the same as tiny/1: without none, additionally trade"):
        promote(registry, "tiny/2", "production", TEXTS, LABELS)


def test_a_test_set_with_a_class_the_candidate_does_not_know_is_refused(registry: Registry) -> None:
    with pytest.raises(DataError, match=r"holds trade, which tiny/1 does not know \(it knows sport, tech\)"):
        promote(registry, "tiny/1", "production", ["a market"], ["trade"])


@pytest.mark.parametrize(("texts", "labels"), [([], []), (["one"], ["sport", "tech"])])
def test_a_test_set_that_is_none_is_refused(registry: Registry, texts: list[str], labels: list[str]) -> None:
    with pytest.raises(DataError, match="prepare a test set"):
        promote(registry, "tiny/1", "production", texts, labels)


def test_an_altered_candidate_is_refused(registry: Registry) -> None:
    (registry.resolve("tiny/1") / MODEL_FILE).write_bytes(b"altered")

    with pytest.raises(BundleError, match="was altered"):
        promote(registry, "tiny/1", "production", TEXTS, LABELS)


def test_a_broken_holder_blocks_the_gate_until_somebody_takes_the_responsibility(
    registry: Registry, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    promote(registry, "tiny/1", "production", TEXTS, LABELS)
    registry.register(make_bundle(tmp_path / "second"))
    (registry.resolve("tiny/1") / MODEL_FILE).write_bytes(b"altered")

    with pytest.raises(GateRefusedError, match=r"holder: .* was altered"):
        promote(registry, "tiny/2", "production", TEXTS, LABELS)

    assert promote(registry, "tiny/2", "production", TEXTS, LABELS, force_reason="disk failed").version == 2
