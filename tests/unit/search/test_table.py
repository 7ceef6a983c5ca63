"""The trials of a study as a table."""

import json
from collections.abc import Callable

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution

from textops.search.table import read_study_table, render_json, render_markdown
from textops.search.trials import DEFAULTS, FOLDER, MACHINE, PROCESS, SAME_AS, SURPLUS, fail, run_again

MakeStudy = Callable[..., optuna.Study]
SPACE = {"optimizer.lr": FloatDistribution(0.1, 1), "модель|имя": CategoricalDistribution(["a|b", "ngram"])}


def test_every_trial_is_in_the_table_the_best_first(make_study: MakeStudy) -> None:
    # given
    study = make_study(SPACE, 30)
    # when
    table = read_study_table(study)
    markdown = render_markdown(table, {"optimizer.lr": 0.75, "модель|имя": 0.25}, ["history.png"])
    document = json.loads(render_json(table, {"optimizer.lr": 1.0}))
    # then
    assert table.best == study.best_trial.number
    assert {row.state for row in table.rows} == {"complete", "stopped early", "failed"}
    assert len(document["rows"]) == 30
    assert document["importances"] == {"optimizer.lr": 1.0}
    lines = markdown.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("| Trial |")) + 2
    assert lines[first].startswith(f"| **{table.best}** | {study.best_value:.4f} | complete | 2 |")
    assert len(lines[first:]) == 30
    assert len({line.replace("\\|", "").count("|") for line in lines[first:]}) == 1
    assert "failed: far too large \\| lower optimizer.lr" in markdown
    assert "![history](history.png)" in lines


def test_what_does_not_count_is_left_out_and_what_was_not_trained_takes_no_time() -> None:
    # given
    study = optuna.create_study(direction="maximize")
    study.enqueue_trial({"x": 0.5}, user_attrs={DEFAULTS: True})
    notes: list[dict[str, object]] = [{PROCESS: "a"}, {PROCESS: "a", SURPLUS: True}, {PROCESS: "b", SAME_AS: 0}, {}]
    for number, note in enumerate(notes):
        trial = study.ask({"x": FloatDistribution(0, 1)})
        for key, value in {**note, FOLDER: f"runs/{number}", MACHINE: "here"}.items():
            trial.set_user_attr(key, value)
        if number == 3:
            fail(study, 3)
            run_again(study, study.trials[3])
        else:
            study.tell(trial, float(number))
    # when
    table = read_study_table(study)
    markdown = render_markdown(table, {})
    # then
    assert [(row.number, row.state) for row in table.rows] == [(0, "complete"), (2, "complete"), (4, "waiting")]
    assert (table.best, table.processes, table.metric) == (2, 1, "value")
    assert table.row(2).same_as == 0
    assert table.better(2, 1)
    assert "| Its run | runs/2 on here |" in markdown
    assert "| value of the configuration as it stands | 0.0000 (complete) |" in markdown
    assert "complete (as trial 0)" in markdown
    assert "PED-ANOVA" not in markdown


def test_a_study_without_trials_has_an_empty_table() -> None:
    # when
    table = read_study_table(optuna.create_study())
    # then
    assert table.best is None
    assert "| Trials | none yet |" in render_markdown(table, {})
