"""Promotion: what the gate asks, in which order, and what becomes of the alias."""

from collections.abc import Callable
from pathlib import Path

import pytest

from textops.bundle import MODEL_FILE, Export, Parity, read_manifest, seal
from textops.errors import BundleError, DataError, GateRefusedError, RegistryError
from textops.inference import Predictor
from textops.registry import Registry, judgement
from textops.registry import promote as promote_version
from textops.registry.bounds import GateBounds
from textops.registry.events import AliasEvent
from textops.registry.evidence import NO_BEHAVIOUR_TESTS, Evidence, HeldOut, KeptAnswers
from textops.registry.gate import GateCheck
from textops.registry.promotion import PromotionRefusedError

MakeBundle = Callable[..., Path]

IDS = tuple(str(number) for number in range(60))
TEXTS = ("the goal of the team", "a chip with new code") * 30
LABELS = ("sport", "tech") * 30
HELD_OUT = HeldOut(IDS, TEXTS, LABELS)
SWAPPED = {"goal": "tech", "team": "tech", "chip": "sport", "code": "sport"}
LATENCY = GateCheck(name="latency", passed=True, figure=None, sentence="one text takes 1 ms")
MEMORY = GateCheck(name="memory", passed=True, figure=None, sentence="1 MB resident")
# The little model is right without being sure of it, and sixty texts tell no small loss.
BOUNDS = GateBounds(calibration_error=0.5, tolerance=0.1)


@pytest.fixture(autouse=True)
def _no_processes(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Leave the measuring in processes of their own to the tests that are about it."""
    if "slow" not in request.keywords:
        monkeypatch.setattr(judgement, "within_budget", lambda *_: (LATENCY, MEMORY))


@pytest.fixture
def bad_bundle(make_bundle: MakeBundle, tmp_path: Path) -> Path:
    """A model that is always wrong."""
    return make_bundle(tmp_path / "bad", keywords=SWAPPED)


def kept_by(bundle: Path) -> KeptAnswers:
    """Return what a bundle would keep of its answers."""
    predictions = Predictor.load(bundle).predict(TEXTS)
    labels = tuple(prediction.label for prediction in predictions)
    return KeptAnswers(IDS, labels, tuple(prediction.probability for prediction in predictions))


def promote(
    registry: Registry,
    reference: str | None,
    to: str,
    *,
    held_out: HeldOut = HELD_OUT,
    bounds: GateBounds = BOUNDS,
    force_reason: str | None = None,
) -> AliasEvent:
    """Promote a version that keeps the answers it gives."""
    version = registry.find(reference, default_alias="latest")
    evidence = Evidence(kept=lambda: kept_by(version.path))
    return promote_version(
        registry, reference, to, held_out, bounds=bounds, evidence=evidence, force_reason=force_reason
    )


def exported(bundle: Path, export: Export | None) -> Path:
    """Seal a bundle again with another word on its export."""
    manifest = read_manifest(bundle).model_copy(update={"export": export})
    seal(bundle, manifest)
    return bundle


def test_the_first_good_model_is_promoted_with_the_whole_report(registry: Registry) -> None:
    event = promote(registry, "tiny/1", "production")

    assert registry.alias("tiny", "production") == event
    assert event.gate is not None
    assert [(check.name, check.outcome) for check in event.gate.checks] == [
        ("hashes", "passed"),
        ("parity", "passed"),
        ("answers", "passed"),
        ("baseline", "passed"),
        ("calibration", "passed"),
        ("latency", "passed"),
        ("memory", "passed"),
        ("behaviour", "not asked"),
    ]
    assert event.gate.examples == 60


@pytest.mark.slow
def test_the_candidate_is_measured_in_processes_of_its_own(registry: Registry) -> None:
    # given budgets that nothing keeps
    bounds = GateBounds(calibration_error=0.5, latency_ms=1e-6, memory_mb=1)

    # when, then
    with pytest.raises(GateRefusedError, match=r"latency: one text takes .* ms; memory: \d+ MB resident"):
        promote(registry, "tiny/1", "production", bounds=bounds)

    assert registry.events("tiny") == []


@pytest.mark.parametrize("reference", ["tiny", None, "tiny@latest"])
def test_a_bare_name_or_nothing_means_the_newest_version(
    registry: Registry, make_bundle: MakeBundle, tmp_path: Path, reference: str | None
) -> None:
    registry.register(make_bundle(tmp_path / "second"))

    assert promote(registry, reference, "production").version == 2


def test_a_first_model_that_is_no_better_than_guessing_is_refused(registry: Registry, bad_bundle: Path) -> None:
    registry.register(bad_bundle)

    with pytest.raises(
        GateRefusedError, match=r"tiny/2 is not promoted to production: baseline: accuracy 0\.0000"
    ) as error:
        promote(registry, "tiny/2", "production")

    assert error.value.exit_code == 3
    assert registry.events("tiny") == []


@pytest.mark.parametrize("passed", [True, False])
def test_a_check_that_was_made_elsewhere_counts_like_any_other(registry: Registry, *, passed: bool) -> None:
    # given
    check = GateCheck(name="window", passed=passed, figure=None, sentence="on live traffic")
    evidence = Evidence(kept=lambda: kept_by(registry.version("tiny", 1).path), further=(check,))
    # when, then
    if passed:
        event = promote_version(registry, "tiny/1", "staging", HELD_OUT, bounds=BOUNDS, evidence=evidence)
        assert event.gate is not None
        assert event.gate.checks[-1] == check
    else:
        with pytest.raises(PromotionRefusedError, match="not promoted to staging: window: on live traffic;") as error:
            promote_version(registry, "tiny/1", "staging", HELD_OUT, bounds=BOUNDS, evidence=evidence)
        assert error.value.report.checks[-1] == check
        assert registry.events("tiny") == []


def test_a_model_worse_than_the_holder_is_refused_by_name_and_figure(registry: Registry, bad_bundle: Path) -> None:
    promote(registry, "tiny/1", "production")
    registry.register(bad_bundle)

    with pytest.raises(GateRefusedError, match=r"accuracy: accuracy 0\.0000 against 1\.0000 of tiny/1"):
        promote(registry, "tiny/2", "production")

    assert len(registry.events("tiny")) == 1


def test_an_equal_model_takes_over(registry: Registry, make_bundle: MakeBundle, tmp_path: Path) -> None:
    promote(registry, "tiny/1", "production")
    registry.register(make_bundle(tmp_path / "equal", temperature=2.0))

    event = promote(registry, "tiny/2", "production")

    assert (event.version, event.previous) == (2, 1)


def test_a_reason_overrides_the_gate_and_is_stored_with_what_it_said(registry: Registry, bad_bundle: Path) -> None:
    registry.register(bad_bundle)

    event = promote(registry, "tiny/2", "production", force_reason="drill")

    assert event.reason == "drill"
    assert event.gate is not None
    assert not event.gate.passed
    assert registry.find("tiny").number == 2


def test_a_blank_reason_overrides_nothing(registry: Registry) -> None:
    with pytest.raises(RegistryError, match="needs a reason"):
        promote(registry, "tiny/1", "production", force_reason=" ")


def test_who_holds_the_alias_already_stays_without_a_new_event(registry: Registry) -> None:
    first = promote(registry, "tiny/1", "production")

    assert promote(registry, "tiny/1", "production") == first
    assert len(registry.events("tiny")) == 1


def test_other_classes_than_the_holders_are_refused(
    registry: Registry, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    promote(registry, "tiny/1", "production")
    registry.register(make_bundle(tmp_path / "wider", classes=("sport", "tech", "trade")))

    with pytest.raises(GateRefusedError, match=r"classes: not the same as tiny/1: without none, additionally trade"):
        promote(registry, "tiny/2", "production")


def test_a_test_set_with_a_class_the_candidate_does_not_know_is_refused(registry: Registry) -> None:
    with pytest.raises(DataError, match=r"holds trade, which tiny/1 does not know \(it knows sport, tech\)"):
        promote(registry, "tiny/1", "production", held_out=HeldOut(("1",), ("a market",), ("trade",)))


@pytest.mark.parametrize("held_out", [HeldOut((), (), ()), HeldOut(("1",), ("one",), ("sport", "tech"))])
def test_a_test_set_that_is_none_is_refused(registry: Registry, held_out: HeldOut) -> None:
    with pytest.raises(DataError, match="prepare a test set"):
        promote(registry, "tiny/1", "production", held_out=held_out)


@pytest.mark.parametrize("reason", [None, "a hurry"])
def test_an_altered_candidate_is_refused_at_the_hashes_for_any_reason(registry: Registry, reason: str | None) -> None:
    (registry.resolve("tiny/1") / MODEL_FILE).write_bytes(b"altered")

    with pytest.raises(GateRefusedError, match=r"hashes: .*model\.onnx was altered.*not promoted for any reason"):
        promote_version(registry, "tiny/1", "production", HELD_OUT, force_reason=reason)

    assert registry.events("tiny") == []


def test_a_bundle_of_the_first_schema_is_refused_at_parity_and_asked_all_the_rest(
    registry: Registry, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    # given
    old = exported(make_bundle(tmp_path / "old", temperature=2.0), None)
    registry.register(old)

    # when
    event = promote(registry, "tiny/2", "production", force_reason="the only one there is")

    # then
    assert event.gate is not None
    assert event.gate.refusals.startswith("parity: the bundle records no comparison")
    assert [check.name for check in event.gate.checks if not check.passed] == ["parity"]
    assert len(event.gate.checks) == 8


def test_every_failed_check_is_named(registry: Registry, make_bundle: MakeBundle, tmp_path: Path) -> None:
    # given an export that is far from its checkpoint, always wrong, and keeps no answers
    far = Export(variant="onnx_fp32", exact=True, parity=Parity(texts=4, max_difference=0.5, agreement=1.0), reason="")
    registry.register(exported(make_bundle(tmp_path / "far", keywords=SWAPPED), far))

    # when, then
    with pytest.raises(GateRefusedError, match=r"parity: .*; answers: .*; baseline: .*; calibration: ") as error:
        promote_version(registry, "tiny/2", "staging", HELD_OUT)

    assert error.value.exit_code == 3
    assert "\n" not in str(error.value)


def test_a_model_that_answers_otherwise_than_when_it_was_made_is_refused(registry: Registry, bad_bundle: Path) -> None:
    evidence = Evidence(kept=lambda: kept_by(bad_bundle))

    with pytest.raises(GateRefusedError, match=r"answers: 0 of 60 answers are those kept"):
        promote_version(registry, "tiny/1", "production", HELD_OUT, bounds=BOUNDS, evidence=evidence)


def test_answers_that_cannot_be_read_are_a_refusal(registry: Registry) -> None:
    def unreadable() -> KeptAnswers:
        raise BundleError("reference.parquet cannot be read")

    with pytest.raises(GateRefusedError, match=r"answers: reference\.parquet cannot be read"):
        promote_version(registry, "tiny/1", "production", HELD_OUT, bounds=BOUNDS, evidence=Evidence(kept=unreadable))


def test_a_model_that_does_not_fit_its_tokenizer_is_refused_before_anything_is_asked(
    registry: Registry, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    registry.register(make_bundle(tmp_path / "short", rows=2))

    with pytest.raises(GateRefusedError, match=r"loading: the model of tiny does not answer its canary"):
        promote(registry, "tiny/2", "production", force_reason=None)


def test_behaviour_tests_that_fail_are_a_refusal(registry: Registry) -> None:
    failing = NO_BEHAVIOUR_TESTS.model_copy(update={"passed": False, "asked": True, "sentence": "3 of 4 tests passed"})
    evidence = Evidence(kept=lambda: kept_by(registry.resolve("tiny@latest")), behaviour=lambda _: failing)

    with pytest.raises(GateRefusedError, match=r"to production: behaviour: 3 of 4 tests passed"):
        promote_version(registry, "tiny/1", "production", HELD_OUT, bounds=BOUNDS, evidence=evidence)


def test_a_model_that_promises_too_much_is_refused(registry: Registry, make_bundle: MakeBundle, tmp_path: Path) -> None:
    # given a model that is sure of everything, and wrong about every second text
    registry.register(make_bundle(tmp_path / "sure", keywords={"goal": "sport", "chip": "sport"}, points=50.0))
    bounds = GateBounds(calibration_error=0.05, tolerance=1.0)

    # when, then
    with pytest.raises(GateRefusedError, match=r"calibration: expected calibration error 0\.\d+"):
        promote(registry, "tiny/2", "staging", bounds=bounds)


def test_a_broken_holder_blocks_the_gate_until_somebody_takes_the_responsibility(
    registry: Registry, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    promote(registry, "tiny/1", "production")
    registry.register(make_bundle(tmp_path / "second"))
    (registry.resolve("tiny/1") / MODEL_FILE).write_bytes(b"altered")

    with pytest.raises(GateRefusedError, match=r"holder: .* was altered"):
        promote(registry, "tiny/2", "production")

    assert promote(registry, "tiny/2", "production", force_reason="disk failed").version == 2


@pytest.mark.parametrize("confidence", [float("nan"), float("inf")])
def test_a_figure_that_is_no_number_does_not_make_the_log_unreadable(
    tmp_path: Path, tiny_bundle: Path, confidence: float
) -> None:
    # given
    registry = Registry(tmp_path / "registry")
    registry.register(tiny_bundle)
    kept = KeptAnswers(IDS, LABELS, (confidence,) * len(IDS))
    evidence = Evidence(kept=lambda: kept)
    # when
    promote_version(
        registry, "tiny/1", "production", HELD_OUT, bounds=BOUNDS, evidence=evidence, force_reason="a drill"
    )
    # then
    event = Registry(registry.root).alias("tiny", "production")
    assert event is not None
    assert event.gate is not None
    (answers,) = (check for check in event.gate.checks if check.name == "answers")
    assert (answers.passed, answers.figure) == (False, None)
