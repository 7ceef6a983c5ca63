from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

from textops.bundle import MODEL_FILE, TOKENIZER_FILE, Decision, read_manifest, seal
from textops.errors import BundleError
from textops.inference import Predictor

MakeBundle = Callable[..., Path]

TEXTS = ["the goal", "a chip " * 300, "", "new code and a team", "a match " * 40] * 40


@pytest.fixture(scope="module")
def predictor(tiny_bundle: Path) -> Predictor:
    return Predictor.load(tiny_bundle)


def resealed(folder: Path) -> Path:
    """Make the hashes fit again after a file was changed: not an altered bundle then, but a wrong one."""
    seal(folder, read_manifest(folder))
    return folder


def test_a_text_gets_its_label_with_all_probabilities(predictor: Predictor) -> None:
    (prediction,) = predictor.predict(["the goal of the team"])

    assert prediction.label == "sport"
    assert prediction.probability == prediction.probabilities["sport"] > 0.9
    assert list(prediction.probabilities) == ["sport", "tech"]
    assert sum(prediction.probabilities.values()) == pytest.approx(1)
    assert not prediction.needs_review


def test_an_uncertain_text_needs_review(predictor: Predictor) -> None:
    assert predictor.predict(["nothing known"])[0].needs_review


def test_the_answers_keep_the_order_of_the_texts(predictor: Predictor) -> None:
    together = predictor.logits(TEXTS)
    alone = np.concatenate([predictor.logits([text]) for text in TEXTS])

    assert np.allclose(together, alone, atol=1e-4)
    assert len({tuple(row) for row in together.round(3).tolist()}) > 3


def test_an_answer_does_not_depend_on_its_company(predictor: Predictor) -> None:
    alone = predictor.probabilities(["a chip"])
    in_company = predictor.probabilities(["a chip", "the goal " * 1_000])

    assert in_company[0] == pytest.approx(alone[0], abs=1e-6)


def test_no_texts_get_no_answers(predictor: Predictor) -> None:
    assert predictor.predict([]) == []
    assert predictor.logits([]).shape == (0, 2)


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "x", "goal " * 100_000, "日本語", "\U0001f3df" * 50])
def test_any_string_gets_an_answer(predictor: Predictor, text: str) -> None:
    (prediction,) = predictor.predict([text])

    assert 0.5 <= prediction.probability <= 1


def test_the_temperature_of_the_bundle_counts(make_bundle: MakeBundle, tmp_path: Path, predictor: Predictor) -> None:
    cooler = Predictor.load(make_bundle(tmp_path / "cooler", temperature=4.0))

    assert cooler.predict(["a chip"])[0].probability < predictor.predict(["a chip"])[0].probability
    assert np.array_equal(cooler.logits(["a chip"]), predictor.logits(["a chip"]))


def test_several_threads_give_the_same_answer(tiny_bundle: Path, predictor: Predictor) -> None:
    assert Predictor.load(tiny_bundle, threads=2).predict(TEXTS[:5]) == predictor.predict(TEXTS[:5])


def test_an_altered_bundle_is_not_loaded(make_bundle: MakeBundle, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "bundle")
    (bundle / MODEL_FILE).write_bytes(b"altered")

    with pytest.raises(BundleError, match="was altered"):
        Predictor.load(bundle)


def test_a_model_that_does_not_fit_its_tokenizer_fails_its_canary(make_bundle: MakeBundle, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"does not answer its canary \(.*: export it again") as error:
        Predictor.load(make_bundle(tmp_path / "bundle", rows=10))

    assert "\n" not in str(error.value)


def test_a_model_with_other_classes_than_its_manifest_fails_its_canary(make_bundle: MakeBundle, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "bundle")
    manifest = read_manifest(bundle)
    seal(bundle, manifest.model_copy(update={"classes": ("sport", "tech", "trade")}))

    with pytest.raises(BundleError, match=r"gives logits of shape \(2, 2\) instead of \(2, 3\)"):
        Predictor.load(bundle)


def test_a_model_that_gives_one_answer_for_a_whole_batch_fails_its_canary(
    make_bundle: MakeBundle, tmp_path: Path
) -> None:
    bundle = make_bundle(tmp_path / "bundle")
    model = onnx.load(bundle / MODEL_FILE)
    model.graph.node[-1].output[0] = "each"
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.array([0], np.int64), "texts"))
    model.graph.node.append(onnx.helper.make_node("ReduceSum", ["each", "texts"], ["logits"], keepdims=1))
    onnx.save(model, bundle / MODEL_FILE)

    with pytest.raises(BundleError, match="gives 1 answers to 2 texts"):
        Predictor.load(resealed(bundle))


def test_a_model_that_gives_no_numbers_fails_its_canary(make_bundle: MakeBundle, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="numbers that are not finite"):
        Predictor.load(make_bundle(tmp_path / "bundle", keywords={"textops": "sport"}, points=float("inf")))


def test_what_is_no_model_is_one_line(make_bundle: MakeBundle, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "bundle")
    (bundle / MODEL_FILE).write_bytes(b"not a model")

    with pytest.raises(BundleError, match="is no model that ONNX Runtime can run") as error:
        Predictor.load(resealed(bundle))

    assert "\n" not in str(error.value)


def test_a_tokenizer_that_is_none_is_one_line(make_bundle: MakeBundle, tmp_path: Path) -> None:
    bundle = make_bundle(tmp_path / "bundle")
    (bundle / TOKENIZER_FILE).write_text('{"type": "unheard of"}')

    with pytest.raises(BundleError, match="no tokenizer that this textops knows"):
        Predictor.load(resealed(bundle))


def test_where_a_rule_of_decision_says_so_another_class_than_the_most_probable_answers(
    make_bundle: MakeBundle, tmp_path: Path
) -> None:
    # given a bundle whose rule makes `tech` count a million times as much
    folder = make_bundle(tmp_path / "bundle")
    decision = Decision(rule="cost", weights=(1, 1e6), macro_f1=0.5, macro_f1_before=0.4)
    seal(folder, read_manifest(folder).model_copy(update={"decision": decision}))

    # when it answers a text about sport
    predictor = Predictor.load(folder)
    (prediction,) = predictor.predict(["the goal of the team"])

    # then the answer is another, and the probabilities are what they were
    assert prediction.label == "tech"
    assert prediction.probability == prediction.probabilities["tech"] < prediction.probabilities["sport"]
    assert predictor.chosen(predictor.probabilities(["the goal of the team"])).tolist() == [1]
