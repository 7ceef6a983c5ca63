"""Only what beats always answering the most frequent class comes into the registry, unless somebody says why."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from textops.bundle import LIVE_PART, REFERENCE_FILE, TEST_PART, Decision, read_manifest, seal
from textops.errors import BundleError, RegistryError
from textops.evaluation.admission import RegistrationRefusedError, admit, baseline_check
from textops.registry.events import RegistrationEvent
from textops.registry.store import Registry


@pytest.fixture
def bundle(tiny_bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_bundle, tmp_path / "bundle"))


def answer(bundle: Path, labels: Sequence[str], predicted: Sequence[str], part: Sequence[str] | None = None) -> None:
    """Let a bundle keep these answers to its test set."""
    columns = {"part": part or [TEST_PART] * len(labels), "label": labels, "predicted": predicted}
    parquet.write_table(pa.table(columns), bundle / REFERENCE_FILE)
    seal(bundle, read_manifest(bundle))


def answers(count: int, accuracy: float, majority: float = 0.5) -> tuple[list[str], list[str]]:
    generator = np.random.default_rng(0)
    labels = np.where(np.arange(count) < majority * count, "sport", "tech")
    right = np.zeros(count, bool)
    right[generator.permutation(count)[: round(accuracy * count)]] = True
    other = np.where(labels == "sport", "tech", "sport")
    return labels.tolist(), np.where(right, labels, other).tolist()


@pytest.mark.parametrize(
    ("count", "accuracy", "majority", "passes"),
    [
        (400, 0.9, 0.5, True),
        (400, 0.5, 0.5, False),
        (400, 0.52, 0.5, False),
        (30, 0.6, 0.5, False),
        (2000, 0.6, 0.5, True),
        (400, 0.9, 0.9, False),
        (400, 1.0, 0.9, True),
    ],
)
def test_the_lower_end_of_the_accuracy_decides(
    bundle: Path, tmp_path: Path, count: int, accuracy: float, majority: float, *, passes: bool
) -> None:
    # given
    answer(bundle, *answers(count, accuracy, majority))
    registry = Registry(tmp_path / "registry")
    # then
    assert baseline_check(bundle).passed == passes
    if passes:
        assert str(admit(registry, bundle)) == "tiny/1"
    else:
        with pytest.raises(RegistrationRefusedError, match="tiny is not registered: accuracy"):
            admit(registry, bundle)
        assert registry.names() == []


def test_who_always_answers_the_most_frequent_class_is_refused_however_often_that_is_right(
    bundle: Path, tmp_path: Path
) -> None:
    answer(bundle, ["sport"] * 95 + ["tech"] * 5, ["sport"] * 100)
    with pytest.raises(RegistrationRefusedError, match=r"accuracy 0\.9500 .* above 0\.9500") as refusal:
        admit(Registry(tmp_path / "registry"), bundle)
    assert refusal.value.exit_code == 3
    assert "\n" not in str(refusal.value)


def test_a_rule_of_decision_is_judged_by_what_it_is_for(bundle: Path) -> None:
    # given: more of the rare class is found than of the frequent one is lost, and the accuracy is below the majority
    labels = ["sport"] * 950 + ["tech"] * 50
    predicted = ["tech"] * 60 + ["sport"] * 890 + ["tech"] * 45 + ["sport"] * 5
    answer(bundle, labels, predicted)
    assert not baseline_check(bundle).passed
    # when
    decision = Decision(rule="macro_f1", weights=(1, 10), macro_f1=0.8, macro_f1_before=0.5)
    seal(bundle, read_manifest(bundle).model_copy(update={"decision": decision}))
    # then
    check = baseline_check(bundle)
    assert check.passed
    assert "macro F1" in check.sentence


def test_a_reason_lets_it_in_and_is_kept_with_what_the_check_said(bundle: Path, tmp_path: Path) -> None:
    answer(bundle, *answers(100, 0.5))
    registry = Registry(tmp_path / "registry")
    version = admit(registry, bundle, "other", force_reason="to try the pipeline")
    (event,) = registry.log("other").read()
    assert isinstance(event, RegistrationEvent)
    assert (event.version, event.reason, event.gate.passed) == (version.number, "to try the pipeline", False)
    # and the log goes on as ever
    registry.point(version, "production", after=None)
    assert [each.number for each in registry.log("other").read()] == [1, 2]
    assert registry.find("other").number == version.number


def test_no_reason_is_no_reason(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="--force REASON"):
        admit(Registry(tmp_path / "registry"), bundle, force_reason=" ")


def test_live_traffic_is_no_part_of_the_test_set(bundle: Path) -> None:
    labels, predicted = answers(200, 1.0)
    live = ["sport"] * 1000
    answer(bundle, [*labels, *live], [*predicted, *["tech"] * 1000], [TEST_PART] * 200 + [LIVE_PART] * 1000)
    check = baseline_check(bundle)
    assert check.passed
    assert "200 examples" in check.sentence


def test_a_bundle_that_keeps_no_answers_is_not_asked(tiny_bundle: Path, tmp_path: Path) -> None:
    check = baseline_check(tiny_bundle)
    assert (check.passed, check.asked) == (True, False)
    assert str(admit(Registry(tmp_path / "registry"), tiny_bundle)) == "tiny/1"


def test_an_altered_bundle_is_refused_before_anything_is_asked(bundle: Path, tmp_path: Path) -> None:
    answer(bundle, *answers(100, 1.0))
    (bundle / REFERENCE_FILE).write_bytes(b"no parquet")
    with pytest.raises(BundleError, match="altered"):
        admit(Registry(tmp_path / "registry"), bundle)
    seal(bundle, read_manifest(bundle))
    with pytest.raises(BundleError, match="cannot be read"):
        admit(Registry(tmp_path / "registry"), bundle)
