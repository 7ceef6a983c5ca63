"""What a training is made of."""

from collections.abc import Callable

from omegaconf import DictConfig

from textops.data.manifest import DatasetManifest
from textops.data.prepare import prepare
from textops.training.source import dataset_folder, source_of
from textops.training.tracking.facts import dataset_facts, gather_facts


def prepared(configuration: DictConfig) -> DatasetManifest:
    return prepare(source_of(configuration), dataset_folder(configuration))


def test_the_facts_name_code_machine_and_data(compose_small: Callable[..., DictConfig]) -> None:
    # given
    configuration = compose_small("name=topics")
    manifest = prepared(configuration)
    # when
    facts = gather_facts("topics", configuration, manifest)
    # then
    assert facts.name == "topics"
    assert facts.configuration["seed"] == 0
    assert facts.sections["dataset"] == dataset_facts(manifest)
    assert facts.sections["git"].keys() == {"commit", "dirty", "changes"}
    assert facts.sections["environment"]["packages"].keys() >= {"torch", "numpy", "pytorch-lightning"}
    assert facts.sections["environment"]["processors"] >= 1


def test_the_facts_of_a_data_set_count_its_examples(compose_small: Callable[..., DictConfig]) -> None:
    # given
    manifest = prepared(compose_small())
    # when
    facts = dataset_facts(manifest)
    # then
    assert sum(facts["examples"].values()) == sum(sum(counts.values()) for counts in facts["counts"].values())
    assert facts["fingerprint"] == manifest.fingerprint
