"""The settings of a search."""

import re

import pytest
from omegaconf import OmegaConf

from textops.errors import ConfigurationError
from textops.search.settings import read_search_settings
from textops.training.configuration import compose_configuration


def test_each_search_of_the_project_has_settings_that_can_work() -> None:
    for name in ("ngram", "lstm", "cnn", "transformer", "quick", "custom"):
        settings = read_search_settings(compose_configuration([f"search={name}"]))
        assert settings.trials > 0
        assert settings.study.endswith("-bbc_news")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("search.trials=0", "search.trials: Input should be greater than or equal to 1, not 0"),
        ("search.seconds=-1", "search.seconds: "),
        ("search.metric=val/f1", "search.metric: "),
        ("search.direction=maximize", "search: val/loss asks for direction=minimize"),
        ("search.study=a/b", "no slashes"),
        ("search.study=.hidden", "no slashes"),
        ("search.study=' padded'", "no slashes"),
        ("search.study=", "search.study: "),
        ("search.heartbeat=0", "search.heartbeat: "),
        ("search.params=null", "search.params: "),
    ],
)
def test_what_cannot_work_is_named_in_one_line(override: str, message: str) -> None:
    # given
    configuration = compose_configuration(["search=quick", override])
    # when, then
    with pytest.raises(ConfigurationError, match=re.escape(message)) as raised:
        read_search_settings(configuration)
    assert "\n" not in str(raised.value)


def test_accuracy_is_maximized_and_a_study_may_have_a_name_in_any_script() -> None:
    # given
    configuration = compose_configuration(["search=quick"])
    OmegaConf.update(configuration, "search.metric", "val/accuracy")
    OmegaConf.update(configuration, "search.direction", "maximize")
    OmegaConf.update(configuration, "search.study", "поиск 搜索")
    # when
    settings = read_search_settings(configuration)
    # then
    assert (settings.metric, settings.direction, settings.study) == ("val/accuracy", "maximize", "поиск 搜索")
