"""Settings that belong to no group."""

import pytest
from omegaconf import OmegaConf

from textops.errors import ConfigurationError
from textops.training.configuration import compose_configuration
from textops.training.settings import settings_of


def test_the_defaults_are_those_of_the_model() -> None:
    # when
    settings = settings_of(compose_configuration())
    # then
    assert (settings.name, settings.seed, settings.batch_size, settings.threads) == ("bbc_news", 0, 64, 1)
    assert (settings.review.target_accuracy, settings.review.max_share) == (0.99, 0.2)


@pytest.mark.parametrize(
    ("override", "name", "value"),
    [
        ("seed=4294967295", "seed", 4294967295),
        ("threads=null", "threads", None),
        ("batch_size=1", "batch_size", 1),
        ("name=2024", "name", "2024"),
        ("name=новости", "name", "новости"),
    ],
)
def test_values_at_the_edge_are_taken(override: str, name: str, value: object) -> None:
    assert getattr(settings_of(compose_configuration([override])), name) == value


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("seed=-1", "seed: .*not -1"),
        ("seed=4294967296", "seed: .*not 4294967296"),
        ("seed=null", "seed: .*not None"),
        ("batch_size=0", "batch_size: .*not 0"),
        ("batch_size=null", "batch_size: .*not None"),
        ("threads=0", "threads: .*not 0"),
        ("threads=100000", "threads: .*not 100000"),
        ("review.target_accuracy=1.5", r"review\.target_accuracy: .*not 1\.5"),
        ("review.max_share=-0.1", r"review\.max_share: .*not -0\.1"),
        ("review=null", "review: .*not None"),
        ("name=null", "name: .*not None"),
        ("loader.num_workers=-1", r"loader\.num_workers: .*not -1"),
        ("loader.num_workers=100000", r"loader\.num_workers: .*not 100000"),
        ("loader.batches_per_bucket=0", r"loader\.batches_per_bucket: .*not 0"),
        ("loader.prefetch_factor=0", r"loader\.prefetch_factor: .*not 0"),
        ("loader.prefetch_factor=2", r"loader: prefetch_factor needs processes: set loader\.num_workers=1 or more$"),
        ("loader.persistent_workers=true", r"loader: persistent_workers needs processes: set loader\.num_workers=1"),
        ("~review", "review: Field required$"),
        ("~seed", "seed: Field required$"),
        ("name=${model}", "^name: .{1,200}$"),
    ],
)
def test_a_value_that_is_not_possible_is_named_when_the_run_is_composed(override: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as raised:
        compose_configuration([override])
    assert "\n" not in str(raised.value)


def test_what_else_a_configuration_holds_does_not_matter() -> None:
    # given
    review = {"target_accuracy": 0.9, "max_share": 0.1}
    configuration = OmegaConf.create(
        {"name": "n", "seed": 1, "batch_size": 2, "threads": None, "loader": {}, "review": review, "x": {}}
    )
    # when, then
    assert settings_of(configuration).batch_size == 2
