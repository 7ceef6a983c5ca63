"""Settings of one evaluation, on top of those of the run."""

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from textops.errors import ConfigurationError
from textops.optimization.evaluation_settings import with_settings
from textops.training.configuration import compose_configuration
from textops.training.run import Run, RunRecord
from textops.training.settings import settings_of


@pytest.fixture(scope="module")
def run() -> Run:
    """A run whose configuration is older than the settings of evaluations."""
    configuration = compose_configuration(["data=synthetic"], Path("outputs/x"))
    new = ("robustness", "slices", "behaviour")
    older = OmegaConf.masked_copy(configuration, [str(key) for key in configuration if key not in new])
    record = RunRecord(
        name="synthetic",
        dataset="data/processed/synthetic",
        fingerprint="f",
        classes=("a", "b"),
        checkpoint="best.ckpt",
        epochs=1,
        training_seconds=1.0,
        validation_loss=0.5,
        git_commit=None,
    )
    return Run(Path("outputs/x"), record, older)


def test_what_is_said_counts_and_the_rest_has_its_default(run: Run) -> None:
    # given
    before = OmegaConf.to_yaml(run.configuration)
    overrides = ["robustness.examples=7", "behaviour.suite=my tests.yaml", "robustness.class_names={there: a}"]
    # when
    settings = settings_of(with_settings(run, overrides, [Path("data/other")]).configuration)
    # then
    assert (settings.robustness.examples, settings.robustness.others) == (7, ("data/other",))
    assert settings.robustness.class_names == {"there": "a"}
    assert settings.behaviour.suite == "my tests.yaml"
    assert settings.slices.parts == 4
    assert OmegaConf.to_yaml(run.configuration) == before


def test_settings_of_the_run_stay_where_nothing_is_said(run: Run) -> None:
    # given
    first = with_settings(run, ["slices.minimum=50"], [Path("one")])
    # when
    settings = settings_of(with_settings(first, [], [Path("two")]).configuration)
    # then
    assert settings.slices.minimum == 50
    assert settings.robustness.others == ("one", "two")


@pytest.mark.parametrize(
    ("override", "complaint"),
    [
        ("model=lstm", "evaluate cannot set model, the model is trained already"),
        ("robustnes.examples=1", "did you mean 'robustness'"),
        ("robustness=1", "evaluate cannot set robustness"),
        ("robustness.exampels=1", "there is no key robustness.exampels; did you mean 'robustness.examples'"),
        ("robustness.examples=many", "robustness.examples must be a whole number"),
        ("robustness.examples=-1", "robustness.examples: .* greater than or equal to 0, not -1"),
        ("slices.parts=1", "slices.parts"),
        ("behaviour.suite=", "behaviour.suite"),
        ("robustness.examples=1,2", "names several values"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(run: Run, override: str, complaint: str) -> None:
    with pytest.raises(ConfigurationError, match=complaint) as raised:
        with_settings(run, [override])
    assert len(str(raised.value).splitlines()) == 1
