"""Making and joining a study."""

from pathlib import Path

import pytest

from textops.errors import ConfigurationError
from textops.search.plan import SearchPlan, check_search, plan_search
from textops.search.storage import open_storage
from textops.search.study import open_study
from textops.training.configuration import compose_configuration

FIXED = ("search=quick", "data=synthetic", "search.study=shared")


def plan(folder: Path, *arguments: str) -> SearchPlan:
    typed = [*FIXED, f"search.storage={folder}/searches.db", *arguments]
    return plan_search(compose_configuration([text for text in typed if "interval" not in text]), typed)


def test_the_first_process_makes_a_study_and_the_others_join_it(tmp_path: Path) -> None:
    # given
    first, second = (plan(tmp_path, f"paths.raw=/data{number}", f"search.trials={number}") for number in (1, 2))
    storage = open_storage(first.address)
    # when
    opened = [open_study(part, storage) for part in (first, second)]
    # then
    assert [made for _, made in opened] == [True, False]
    assert opened[0][0].user_attrs == opened[1][0].user_attrs
    assert opened[0][0].user_attrs["fixed"] == ["data=synthetic"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("batch_size=interval(8,64)",), "has another batch_size"),
        (("seed=3",), "nothing set where seed=3 is set here"),
        (("search.metric=val/accuracy", "search.direction=maximize"), "metric val/loss, not val/accuracy"),
    ],
)
def test_a_study_of_something_else_is_not_joined(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    # given
    first = plan(tmp_path)
    storage = open_storage(first.address)
    open_study(first, storage)
    # when, then
    with pytest.raises(ConfigurationError, match=message) as raised:
        open_study(plan(tmp_path, *arguments), storage)
    assert "search.study=" in str(raised.value)
    # and: told before anything costly is loaded
    with pytest.raises(ConfigurationError, match=message):
        check_search(["--multirun", *FIXED, f"search.storage={tmp_path}/searches.db", *arguments])


def test_a_direction_that_does_not_fit_is_told(tmp_path: Path) -> None:
    # given: made by somebody else, who maximizes
    import optuna

    first = plan(tmp_path)
    storage = open_storage(first.address)
    optuna.create_study(study_name="shared", storage=storage, direction="maximize")
    # when, then
    with pytest.raises(ConfigurationError, match="direction maximize, not minimize"):
        open_study(first, storage)


def test_checking_a_search_makes_nothing(tmp_path: Path) -> None:
    check_search(["--multirun", *FIXED, f"search.storage={tmp_path}/searches.db"])
    assert not list(tmp_path.iterdir())


def test_a_search_in_a_study_that_does_not_exist_yet_passes(tmp_path: Path) -> None:
    # given
    first = plan(tmp_path)
    open_study(first, open_storage(first.address))
    # when, then
    check_search(["-m", *FIXED[:2], "search.study=other", f"search.storage={tmp_path}/searches.db", "seed=4"])


def test_what_only_hydra_knows_is_left_to_hydra(tmp_path: Path) -> None:
    check_search(["--config-dir", str(tmp_path), "search=mine", "search.trials=0"])
