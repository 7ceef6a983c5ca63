"""How a candidate is trained, and which form it has."""

from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import DictConfig

from textops.bundle import Export, Manifest, Parity, read_manifest
from textops.errors import ConfigurationError
from textops.retraining.candidate import bundled, check_overrides, forms_like, repetition
from textops.training.saved_configuration import SavedConfiguration, as_container
from textops.training.train import train


def production(bundle: Path, variant: str, encoder: str) -> Manifest:
    export = Export(
        variant=variant, exact=False, parity=Parity(texts=4, max_difference=0.1, agreement=1.0), reason="a test"
    )
    return read_manifest(bundle).model_copy(update={"encoder": encoder, "export": export})


@pytest.mark.parametrize(
    ("variant", "encoder", "forms"),
    [
        ("onnx_fp32", "ngram", ()),
        ("pruned_int8", "ngram", ("pruned_int8",)),
        ("pruned_int8", "cnn", ("pruned", "pruned_int8")),
        ("onnx_int8", "cnn", ("onnx_int8",)),
        ("distilled_int8", "ngram", ("distilled_int8",)),
        ("made elsewhere", "cnn", ()),
    ],
)
def test_only_the_form_that_production_has_is_made(
    tiny_bundle: Path, variant: str, encoder: str, forms: tuple[str, ...]
) -> None:
    assert forms_like(production(tiny_bundle, variant, encoder)) == forms


def test_of_a_bundle_that_does_not_say_its_form_the_plain_one_is_made(tiny_bundle: Path) -> None:
    assert forms_like(read_manifest(tiny_bundle).model_copy(update={"export": None})) == ()


@pytest.mark.parametrize("override", ["data=liar", "data.max_rows=10", "experiment=liar", "+data.note=new"])
def test_the_data_are_no_matter_of_overrides(override: str) -> None:
    with pytest.raises(ConfigurationError, match=r"takes the data of production and live traffic: leave .* out"):
        check_overrides(["trainer.max_epochs=1", override])


def test_all_is_as_production_was_but_for_the_data_and_what_was_asked_for(
    compose_small: Callable[..., DictConfig], tmp_path: Path
) -> None:
    # given
    trained = compose_small("seed=7", "optimizer.lr=0.5")
    saved = SavedConfiguration(tmp_path, as_container(trained), "0" * 64)
    grown = tmp_path / "processed/synthetic.retraining/abc/synthetic"
    # when
    configuration = repetition(saved, ["trainer.max_epochs=1"], grown)
    # then
    assert (configuration.seed, configuration.optimizer.lr, configuration.trainer.max_epochs) == (7, 0.5, 1)
    assert Path(configuration.paths.processed) == grown.parent
    assert configuration.from_run.fingerprint is None
    with pytest.raises(ConfigurationError, match="was trained on synthetic, the data set of production is other"):
        repetition(saved, [], tmp_path / "other")


def test_a_model_trained_from_shards_is_trained_again_on_the_data_with_what_was_added(
    compose_small: Callable[..., DictConfig], tmp_path: Path
) -> None:
    # given
    saved = SavedConfiguration(tmp_path, as_container(compose_small("streaming.shards=shards")), "0" * 64)
    # when
    configuration = repetition(saved, [], tmp_path / "processed/synthetic.retraining/abc/synthetic")
    # then
    assert configuration.streaming.shards is None


@pytest.mark.slow
def test_the_candidate_has_the_form_of_production(compose_small: Callable[..., DictConfig], tiny_bundle: Path) -> None:
    # given
    run = train(compose_small())
    # when
    judged = bundled(run, production(tiny_bundle, "pruned_int8", "ngram"), every_form=False)
    # then: it was made and measured beside the plain export, and nothing else was
    variants = judged.measurements.variants
    assert variants is not None
    assert [figures.name for figures in variants] == ["onnx_fp32", "pruned_int8"]
    assert judged.manifest.export is not None
    assert judged.manifest.export.variant in {"onnx_fp32", "pruned_int8"}
