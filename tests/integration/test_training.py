"""Training as a process of its own, as Hydra starts it."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from loguru import logger

from textops.training.run import Run
from textops.training.train import main

if TYPE_CHECKING:
    from tests.conftest import Terminal

pytestmark = pytest.mark.slow
SMALL = (
    "data=synthetic",
    "data.synthetic.rows=200",
    "data.synthetic.words=10",
    "model.tokenizer.word_bits=10",
    "model.tokenizer.character_bits=10",
    "trainer.max_epochs=1",
)
Main = Callable[..., None]


@pytest.fixture
def call_main(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Main:
    """Call what the process calls, in a folder of its own."""

    def call(*arguments: str) -> None:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["textops train", *arguments])
        main()

    return call


@pytest.mark.usefixtures("without_coverage")
def test_words_of_any_script_become_a_run_below_outputs(tmp_path: Path) -> None:
    # given
    words = ("хорошо отлично", "плохо ужасно")
    rows = [{"текст": f"{words[row % 2]} {row} {row * 7919 % 1000}", "оценка": str(row % 2)} for row in range(90)]
    (tmp_path / "отзывы.jsonl").write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    columns = ["data.paths=отзывы.jsonl", "data.text_columns=[текст]", "data.label_column=оценка"]
    overrides = [*SMALL[3:], "data=csv", *columns, "data.label_names={0: добрый, 1: злой}"]
    command = [sys.executable, "-m", "textops", "train", *overrides]
    # when
    outcome = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    # then
    assert outcome.returncode == 0, outcome.stderr
    assert "SUCCESS" in outcome.stderr
    assert outcome.stdout == ""
    run = Run.load(tmp_path / "models/latest")
    assert run.folder.relative_to(tmp_path.resolve()).parts[0] == "outputs"
    assert (run.record.name, run.record.epochs) == ("отзывы", 1)
    assert set(run.record.classes) == {"добрый", "злой"}
    assert run.configuration.data.label_names == {"0": "добрый", "1": "злой"}


def test_data_that_are_not_there_end_with_one_line_and_code_2_and_leave_nothing(
    terminal: "Terminal", tmp_path: Path
) -> None:
    # given
    columns = ("data.text_columns=[text]", "data.label_column=label")
    # when
    outcome = terminal("train", "data=csv", "data.paths=nowhere.csv", *columns)
    # then
    (error,) = outcome.errors
    assert outcome.code == 2
    assert "nowhere.csv" in error
    assert "Traceback" not in outcome.log
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and ".hydra" not in path.parts]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*SMALL, "modle=lstm"), "there is no key modle; did you mean 'model'?"),
        ((*SMALL, "model=ngram,nothing", "-m"), "model has no choice 'nothing'"),
    ],
    ids=["once", "several times"],
)
def test_an_override_that_does_not_fit_ends_with_one_line_and_code_2_before_anything_is_done(
    call_main: Main, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    # given
    lines: list[str] = []
    sink = logger.add(lines.append, format="{level} {message}")
    # when
    with pytest.raises(SystemExit) as ending:
        call_main(*arguments)
    logger.remove(sink)
    # then
    assert ending.value.code == 2
    assert [line.startswith(f"ERROR {message}") for line in lines] == [True]
    assert not list(tmp_path.iterdir())


def test_each_value_of_a_multirun_becomes_a_run(call_main: Main, tmp_path: Path) -> None:
    # when
    call_main("--multirun", *SMALL, "model.encoder.step_sizes=[1.0],[3.0,30.0]")
    # then
    runs = [Run.load(path.parent) for path in sorted(tmp_path.glob("multirun/*/*/*/run.json"))]
    assert [list(run.configuration.model.encoder.step_sizes) for run in runs] == [[1.0], [3.0, 30.0]]
    assert Run.load(tmp_path / "models/latest").folder == runs[-1].folder


def test_a_run_of_a_multirun_that_cannot_work_ends_it_with_code_2(call_main: Main, tmp_path: Path) -> None:
    # given: what only training can tell
    with pytest.raises(SystemExit) as ending:
        call_main("-m", *SMALL, "optimizer.lr=1.0,1e38")
    # then
    assert ending.value.code == 2
    assert len(list(tmp_path.glob("multirun/*/*/*/run.json"))) == 1


def test_hydra_shows_the_configuration_without_training(
    call_main: Main, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # when
    call_main(*SMALL, "--cfg", "job")
    # then
    assert "max_epochs: 1" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
