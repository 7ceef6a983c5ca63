"""Whole searches, as Hydra runs them."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import optuna
import pytest
from loguru import logger
from optuna.trial import FrozenTrial, TrialState

from textops.search.storage import open_storage, storage_address
from textops.search.trials import MESSAGE, PROCESS, counted
from textops.training.run import Run
from textops.training.train import main

pytestmark = pytest.mark.slow
SMALL = (
    "data=synthetic",
    "data.synthetic.rows=200",
    "data.synthetic.words=10",
    "model.tokenizer.word_bits=10",
    "model.tokenizer.character_bits=10",
    "trainer.max_epochs=1",
    "search.study=small",
)
# With a single parameter there is little to compose and to check.
ONE = ("search=custom", "model.learning_rate=interval(0.5,2.0)")
Search = Callable[..., list[str]]


@pytest.fixture
def search(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Search:
    """Run what the process runs, in a folder of its own; return its log."""

    def run(*arguments: str) -> list[str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["textops train", *SMALL, *arguments])
        lines: list[str] = []
        sink = logger.add(lines.append, format="{level} {message}", level="INFO")
        try:
            main()
        finally:
            logger.remove(sink)
        return lines

    return run


@contextmanager
def heard_of_until(words: str, beat: Callable[[], object]) -> Iterator[None]:
    """Beat every half second until the log says the words, however slowly this machine gets there."""
    said = Event()

    def beats() -> None:
        while not said.wait(0.5):
            beat()

    sink = logger.add(lambda line: said.set() if words in line else None, format="{message}", level="INFO")
    beat()
    thread = Thread(target=beats, daemon=True)
    thread.start()
    try:
        yield
    finally:
        said.set()
        thread.join()
        logger.remove(sink)


def trials(folder: Path, study: str = "small") -> list[FrozenTrial]:
    place = f"sqlite:///{folder}/multirun/searches.db"
    return counted(optuna.load_study(study_name=study, storage=place).trials)


def test_a_search_runs_its_trials_and_the_latest_run_is_the_best(search: Search, tmp_path: Path) -> None:
    # when: without --multirun, which is what was meant
    search("search=quick", "search.trials=3", "search/pruner=none")
    # then
    found = trials(tmp_path)
    assert [trial.state for trial in found] == [TrialState.COMPLETE] * 3
    assert found[0].params == {"model.learning_rate": 1.0, "model.label_smoothing": 0.0, "batch_size": 64}
    best = min(found, key=lambda trial: trial.value or 0.0)
    run = Run.load(tmp_path / "models/latest")
    assert run.folder == (tmp_path / "multirun/small" / str(best.number)).resolve()
    assert run.record.validation_loss == best.value
    assert run.configuration.model.learning_rate == best.params["model.learning_rate"]
    document = json.loads((tmp_path / "multirun/small/optimization_results.json").read_text())
    assert document["best"]["trial"] == best.number
    assert document["best"]["command"].startswith("textops train model=ngram data=synthetic")


def test_the_same_command_again_adds_nothing_and_a_larger_number_adds_the_rest(search: Search, tmp_path: Path) -> None:
    # given
    search(*ONE, "search.trials=1")
    before = trials(tmp_path)
    # when
    search(*ONE, "search.trials=1")
    # then
    assert [trial.values for trial in trials(tmp_path)] == [trial.values for trial in before]
    # and
    search(*ONE, "search.trials=2")
    assert len(trials(tmp_path)) == 2


def test_a_search_can_be_repeated(search: Search, tmp_path: Path) -> None:
    # when
    for name in ("one", "two"):
        search("search=quick", "search.trials=2", f"search.study={name}", "search/pruner=none")
    # then
    first, second = ([(trial.params, trial.value) for trial in trials(tmp_path, name)] for name in ("one", "two"))
    assert first == second


def test_a_trial_that_fails_does_not_stop_the_search_and_is_not_tried_twice(search: Search, tmp_path: Path) -> None:
    # when
    log = search("search=custom", "model.learning_rate=1e30,1.0", "search.trials=6", "search.defaults_first=false")
    # then
    states = {trial.params["model.learning_rate"]: trial for trial in trials(tmp_path)}
    assert states[1.0].state is TrialState.COMPLETE
    assert states[1e30].state is TrialState.FAIL
    assert "too large" in states[1e30].user_attrs[MESSAGE]
    assert len(list((tmp_path / "multirun/small").glob("*/.hydra"))) == 2
    assert any("would repeat trial" in line for line in log)


def test_a_search_of_which_nothing_comes_through_ends_with_one_line_and_code_2(search: Search, tmp_path: Path) -> None:
    # when
    with pytest.raises(SystemExit) as ending:
        search("search=custom", "model.learning_rate=1e30,1e31", "search.trials=2", "search.defaults_first=false")
    # then
    assert ending.value.code == 2
    assert not (tmp_path / "models/latest").exists()


def test_accuracy_can_be_searched_for(search: Search, tmp_path: Path) -> None:
    # when
    accuracy = ("search.metric=val/accuracy", "search.direction=maximize")
    search(*ONE, "search.trials=2", *accuracy)
    # then
    values = {trial.number: trial.user_attrs["metrics"]["val/accuracy"] for trial in trials(tmp_path)}
    assert {trial.number: trial.value for trial in trials(tmp_path)} == values


def test_no_trial_begins_when_the_time_is_over(search: Search, tmp_path: Path) -> None:
    # when
    log = search(*ONE, "search.trials=50", "search.seconds=1", "search/pruner=none")
    # then
    assert 1 <= len(trials(tmp_path)) < 50
    assert any("No more trials: 1.0 seconds are over" in line for line in log)


def test_a_folder_of_an_older_search_is_left_alone(search: Search, tmp_path: Path) -> None:
    # given
    (tmp_path / "multirun/small/0").mkdir(parents=True)
    (tmp_path / "multirun/small/0/mine").touch()
    # when
    search(*ONE, "search.trials=1")
    # then
    assert [path.name for path in (tmp_path / "multirun/small/0").iterdir()] == ["mine"]
    assert Run.load(tmp_path / "models/latest").folder.name == "0-2"


def test_a_trial_of_a_machine_that_is_gone_is_waited_for_and_then_run_again(search: Search, tmp_path: Path) -> None:
    # given: a trial that another machine began
    search(*ONE, "search.trials=1", "search.heartbeat=2")
    storage = open_storage(storage_address(f"{tmp_path}/multirun/searches.db"), heartbeat=2)
    trial = optuna.load_study(study_name="small", storage=storage).ask()
    trial.set_user_attr(PROCESS, "another-machine pid:[1] 1")
    # when: the other machine is heard of until this one waits for it
    with heard_of_until("Waiting for", lambda: storage.record_heartbeat(trial._trial_id)):  # noqa: SLF001 (what storages know a trial by)
        log = search(*ONE, "search.trials=2", "search.heartbeat=2")
    # then
    assert any("Waiting for 1 trials of other processes" in line for line in log)
    assert any("trial 1 was broken off" in line for line in log)
    assert [(trial.number, trial.state.name) for trial in trials(tmp_path)] == [(0, "COMPLETE"), (2, "COMPLETE")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("search=quick", "search.trials=0"), "search.trials: "),
        (("search=quick", "model.learning_rat=interval(0.1,1)"), "did you mean 'model.learning_rate'"),
        (("search=custom",), "there is nothing to search"),
        (("search=quick", "search.storage=postgresql://127.0.0.1:1/none"), "cannot be used"),
    ],
)
def test_what_cannot_work_ends_with_one_line_and_code_2_before_the_first_trial(
    search: Search, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    # given
    lines: list[str] = []
    sink = logger.add(lines.append, format="{level} {message}", level="INFO")
    # when
    with pytest.raises(SystemExit) as ending:
        search(*arguments)
    logger.remove(sink)
    # then
    assert ending.value.code == 2
    assert [message in line for line in lines] == [True]
    assert not list(tmp_path.rglob("run.json"))
