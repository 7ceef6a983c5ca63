"""The section `tracking`."""

import pytest
from omegaconf import OmegaConf

from textops.errors import ConfigurationError
from textops.training.tracking.settings import TrackingSettings, tracking_settings_of


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ({"texts": "sometimes"}, r"tracking\.texts: .*'local', 'always' or 'never', not 'sometimes'"),
        ({"most_wrong": -1}, r"tracking\.most_wrong: .*not -1"),
        ({"text_characters": 0}, r"tracking\.text_characters"),
        ({"figures": True}, r"tracking\.figures"),
    ],
)
def test_a_setting_that_cannot_be_is_named_in_one_line(section: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as raised:
        tracking_settings_of(OmegaConf.create({"tracking": section}))
    assert "\n" not in str(raised.value)


def test_a_run_from_before_has_the_defaults() -> None:
    assert tracking_settings_of(OmegaConf.create({"seed": 0})) == TrackingSettings()


def test_texts_stay_here_unless_somebody_says_otherwise() -> None:
    assert TrackingSettings().texts == "local"
    assert not TrackingSettings().dataset_files
