"""The report of a search."""

import json
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest
from optuna.distributions import BaseDistribution, FloatDistribution
from typer.testing import CliRunner

from textops.cli import application
from textops.errors import ConfigurationError
from textops.search.report import measure_importances, report_search
from textops.search.storage import open_storage, storage_address

MakeStudy = Callable[..., optuna.Study]
SPACE: dict[str, BaseDistribution] = {"optimizer.lr": FloatDistribution(0.1, 1), "other": FloatDistribution(0, 1)}


def test_a_report_holds_figures_and_tables(
    make_study: MakeStudy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    make_study(SPACE, 20, storage="sqlite:///searches.db")
    monkeypatch.setenv("TEXTOPS_SEARCH_STORAGE", "searches.db")
    # when
    outcome = CliRunner().invoke(application, ["report", "search"])
    # then
    assert outcome.exit_code == 0
    assert "## Search `поиск`" in outcome.output
    folder = tmp_path / "multirun/поиск/report"
    names = {"history.png", "importance.png", "parallel_coordinates.png", "search.json", "search.md"}
    assert {path.name for path in folder.iterdir()} == names
    assert (folder / "search.md").read_text() in outcome.output
    document = json.loads((folder / "search.json").read_text())
    assert sum(document["importances"].values()) == pytest.approx(1)
    assert all(f"]({name})" in outcome.output for name in names if name.endswith(".png"))


def test_what_mattered_is_found() -> None:
    # given: only one of two parameters makes a difference
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(60):
        trial = study.ask(SPACE)
        study.tell(trial, (trial.params["optimizer.lr"] - 0.4) ** 2)
    # when
    importances = measure_importances(study)
    # then
    assert next(iter(importances)) == "optimizer.lr"
    assert importances["optimizer.lr"] > 0.8


def test_a_few_trials_do_not_say_what_mattered(make_study: MakeStudy) -> None:
    assert measure_importances(make_study(SPACE, 3, failed=0.0, stopped=0.0)) == {}
    same = optuna.create_study()
    for _ in range(10):
        same.tell(same.ask(SPACE), 1.0)
    assert measure_importances(same) == {}


def test_a_search_that_is_not_there_is_named(make_study: MakeStudy, tmp_path: Path) -> None:
    # given
    place = str(tmp_path / "searches.db")
    with pytest.raises(ConfigurationError, match="there is no search at"):
        report_search(place)
    open_storage(storage_address(place))
    with pytest.raises(ConfigurationError, match="there is no search in"):
        report_search(place)
    make_study(SPACE, 1, storage=f"sqlite:///{place}")
    # when, then
    with pytest.raises(ConfigurationError, match="did you mean 'поиск'"):
        report_search(place, "Поиска")
    with pytest.raises(ConfigurationError, match="there are 'поиск'"):
        report_search(place, "ngram-bbc_news")


def test_the_last_search_begun_is_reported(make_study: MakeStudy, tmp_path: Path) -> None:
    # given
    place = str(tmp_path / "searches.db")
    make_study(SPACE, 2, storage=f"sqlite:///{place}")
    optuna.create_study(study_name="a later one", storage=f"sqlite:///{place}")
    # when
    markdown = report_search(place, folder=tmp_path / "report")
    # then
    assert "## Search `a later one`" in markdown
