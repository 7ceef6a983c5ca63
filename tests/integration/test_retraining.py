"""`textops retrain`: from feedback on drifted traffic to a better model in production, or to none at all."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np
import pytest
from omegaconf import DictConfig

from textops.bundle import read_manifest, seal
from textops.data.dataset import Dataset
from textops.data.places import folder_of
from textops.optimization.bundling import build_bundle
from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.prediction_log.schema import migrate
from textops.prediction_log.tables import feedback, predictions
from textops.registry import Registry
from textops.retraining import steps
from textops.retraining.lock import only_one
from textops.retraining.record import Retraining
from textops.retraining.retrain import LOCK_FILE
from textops.training.configuration import compose_configuration
from textops.training.run import Run
from textops.training.train import train

if TYPE_CHECKING:
    from tests.conftest import Terminal

pytestmark = pytest.mark.slow

SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprst" for vowel in "aeiou"]
CLASSES = ("bill", "outage")
SMALL = (
    "data=csv",
    "data.paths=tickets.csv",
    "data.text_columns=[text]",
    "data.label_column=label",
    "model.tokenizer.word_bits=14",
    "model.tokenizer.character_bits=12",
    "trainer.max_epochs=3",
    "robustness.examples=0",
    "threads=1",
)
DATABASE = "data/prediction_log.sqlite"


def _words(seed: int, count: int) -> list[str]:
    drawn = np.random.default_rng(seed).integers(0, len(SYLLABLES), (count, 4))
    return ["".join(SYLLABLES[index] for index in word) for word in drawn.tolist()]


EVERYDAY = _words(0, 200)


def tickets(count: int, seed: int, *, drifted: bool = False) -> list[tuple[str, str]]:
    """Return texts with their classes; drifted ones have other words for the same."""
    telling = [_words(10 + 5 * drifted + number, 40) for number in range(len(CLASSES))]
    generator = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        words = [*generator.choice(EVERYDAY, 8), *generator.choice(telling[number % 2], 6)]
        generator.shuffle(words)
        rows.append((" ".join(words), CLASSES[number % 2]))
    return rows


def _is_telling(word: str) -> bool:
    return word not in EVERYDAY


def log(rows: Sequence[tuple[str, str]], *, until: datetime | None = None) -> None:
    """Write answers with feedback into the log of the present folder."""
    database = Database(parse_address(f"sqlite:///{DATABASE}"))
    migrate(database)
    last = until or datetime.now(UTC)
    answers, judgements = [], []
    for number, (text, label) in enumerate(rows):
        created, identity = last - timedelta(seconds=len(rows) - number), str(uuid4())
        shared = {"prediction_id": identity, "created": created, "request_id": "r"}
        answers.append(
            shared
            | {
                "model_name": "tickets",
                "model_version": 1,
                "label": CLASSES[0],
                "probability": 0.6,
                "probabilities": dict.fromkeys(CLASSES, 0.5),
                "needs_review": False,
                "text": text,
                "characters": len(text),
                "seconds": 0.001,
            }
        )
        judgements.append(shared | {"id": str(uuid4()), "label": label})
    with database.writing() as connection:
        connection.execute(predictions.insert(), answers)
        connection.execute(feedback.insert(), judgements)
    database.close()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a data set, and a model of it in production."""
    folder = tmp_path_factory.mktemp("production")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        lines = [f"{text},{label}" for text, label in tickets(400, seed=1)]
        Path("tickets.csv").write_text("\n".join(["text,label", *lines]) + "\n")
        judged = build_bundle(train(compose_configuration(SMALL)))
        registry = Registry("models/registry")
        registry.point(registry.register(judged.bundle), "production", after=None)
    return folder


@pytest.fixture
def terminal(terminal: "Terminal", trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Terminal":
    """Type commands in a copy of that folder."""
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True, symlinks=True)
    # Where it was trained nobody needs to know.
    shutil.rmtree(tmp_path / "outputs")
    monkeypatch.setenv("TEXTOPS_DATABASE_URL", f"sqlite:///{DATABASE}")
    # The little model is right without being sure of it.
    monkeypatch.setenv("TEXTOPS_GATE_CALIBRATION_ERROR", "0.5")
    # Some forty test texts tell no small loss.
    monkeypatch.setenv("TEXTOPS_GATE_TOLERANCE", "0.2")
    return terminal


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "models/registry")


def records(folder: Path) -> list[Retraining]:
    """Return what became of all retrainings, oldest first."""
    paths = sorted((folder / "models/retraining/tickets").glob("*.json"))
    return [Retraining.model_validate_json(path.read_bytes()) for path in paths]


def holders(registry: Registry) -> dict[str, int]:
    return {alias: event.version for alias, event in registry.aliases("tickets").items()}


def test_drifted_traffic_with_feedback_becomes_a_better_model_in_production(
    terminal: "Terminal", registry: Registry, tmp_path: Path
) -> None:
    # given
    log(tickets(300, seed=2, drifted=True))
    test_set = (tmp_path / "data/processed/tickets/test.parquet").read_bytes()
    # when
    outcome = terminal("retrain", "tickets", "optimizer.lr=20", "--since", "7d", "--to", "production")
    # then
    assert outcome.code == 0, outcome.log
    assert holders(registry) == {"production": 2, "staging": 2}
    (record,) = records(tmp_path)
    assert (record.outcome, record.production, record.candidate) == ("promoted", 1, 2)
    assert record.window is not None
    assert record.test is not None
    assert record.window.production.value < 0.75
    assert record.window.candidate.value > 0.9
    assert record.window.difference.low > 0
    assert record.window.examples == record.placement.window > 60
    assert record.test.difference.value > -0.05
    assert record.train_examples == record.placement.train + Dataset.load(
        tmp_path / "data/processed/tickets"
    ).manifest.examples("train")
    # and the gate was asked about live traffic too
    assert {alias: report.passed for alias, report in record.gates.items()} == {"staging": True, "production": True}
    assert all(report.checks[-1].name == "window" for report in record.gates.values())
    # and the frozen test set is the very same
    data = registry.find("tickets@production").manifest.data
    grown = folder_of(tmp_path / "data/processed", data.name, data.fingerprint)
    assert (grown / "test.parquet").read_bytes() == test_set
    assert "live traffic: " in (registry.find("tickets@production").path / "model_card.md").read_text()
    assert "tickets/2 holds production" in outcome.log
    assert "promoted" in outcome.output

    # when nothing has arrived since
    again = terminal("retrain", "--to", "production")
    # then nothing is promoted twice
    assert again.code == 0, again.log
    assert "nothing new" in again.log
    assert [version.number for version in registry.versions("tickets")] == [1, 2]
    assert [each.outcome for each in records(tmp_path)] == ["promoted", "nothing_new"]

    # and other commands find what the new version was trained on
    promoted = terminal("promote", "tickets/2", "--to", "canary")
    assert promoted.code == 0, promoted.log


def test_later_retrainings_keep_what_was_learned_and_never_learn_what_they_are_measured_on(
    terminal: "Terminal", registry: Registry, tmp_path: Path
) -> None:
    # given
    first, second = tickets(160, seed=2, drifted=True), tickets(160, seed=3, drifted=True)
    log(first, until=datetime.now(UTC) - timedelta(days=10))
    assert terminal("retrain", "--to", "production").code == 0
    log(second)
    # when
    outcome = terminal("retrain", "--since", "7d")
    # then: staged, and production is as it was
    assert outcome.code == 0, outcome.log
    assert holders(registry) == {"production": 2, "staging": 3}
    before, after = (
        Dataset.load(
            folder_of(tmp_path / "data/processed", version.manifest.data.name, version.manifest.data.fingerprint)
        )
        for version in (registry.version("tickets", 2), registry.version("tickets", 3))
    )
    learned = [set(dataset.examples("train").texts) for dataset in (before, after)]
    assert learned[0] < learned[1]
    never = {text for text, _ in first} - learned[0]
    assert never
    assert never.isdisjoint(learned[1])
    assert records(tmp_path)[-1].window is not None

    # when the same is asked for once more
    again = terminal("retrain", "--since", "7d")
    # then
    assert again.code == 0
    assert "nothing new: tickets/3, which holds staging, was trained on the same data" in again.log

    # and what is staged goes on to production without another training
    assert terminal("retrain", "--since", "7d", "--to", "production").code == 0
    assert holders(registry) == {"production": 3, "staging": 3}
    assert records(tmp_path)[-1].run is None


def test_what_the_gate_refuses_leaves_production_alone_and_says_why(
    terminal: "Terminal", registry: Registry, tmp_path: Path
) -> None:
    # given
    log(tickets(120, seed=2, drifted=True))
    # when: a model that sees too little of a text
    outcome = terminal("retrain", "tickets", "model.tokenizer.max_characters=2", "--to", "production")
    # then
    assert outcome.code == 3, outcome.log
    assert len(outcome.errors) == 1
    assert "tickets/2 is not promoted to staging: " in outcome.errors[0]
    assert holders(registry) == {"production": 1}
    (record,) = records(tmp_path)
    assert (record.outcome, record.candidate) == ("refused", 2)
    assert f"ERROR   {record.reason}" in outcome.errors[0]
    assert "baseline: accuracy 0." in record.reason
    assert {alias: report.passed for alias, report in record.gates.items()} == {"staging": False}


def test_what_is_worse_on_live_traffic_is_refused_however_good_it_is_on_the_test_set(
    terminal: "Terminal", registry: Registry, tmp_path: Path
) -> None:
    # given: live texts that come to the point in the end, and a candidate that reads but the beginning
    log([(" ".join(sorted(text.split(), key=_is_telling)), label) for text, label in tickets(240, seed=5)])
    # when
    outcome = terminal("retrain", "model.tokenizer.max_characters=70", "--to", "production")
    # then
    assert outcome.code == 3, outcome.log
    assert holders(registry) == {"production": 1}
    (record,) = records(tmp_path)
    assert [check.name for check in record.gates["staging"].checks if not check.passed] == ["window"]
    assert record.window is not None
    assert record.window.difference.high < 0
    assert (
        f"on {record.window.examples} labelled texts of live traffic that neither was trained on" in outcome.errors[0]
    )


def test_a_production_that_moved_meanwhile_is_not_replaced_unseen(
    terminal: "Terminal", registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: somebody who promotes another version while the training runs
    def move_and_train(configuration: DictConfig) -> Run:
        other = tmp_path / "other"
        shutil.copytree(registry.version("tickets", 1).path, other)
        seal(other, read_manifest(other).model_copy(update={"created": datetime.now(UTC)}))
        registry.point(registry.register(other), "production", after=registry.alias("tickets", "production"))
        return train(configuration)

    monkeypatch.setattr(steps, "train", move_and_train)
    log(tickets(120, seed=2, drifted=True))
    # when
    outcome = terminal("retrain", "--to", "production")
    # then
    assert outcome.code == 2, outcome.log
    assert "production of tickets moved from version 1 to 2 while the retraining ran: retrain again" in outcome.log
    assert holders(registry) == {"production": 2, "staging": 3}


def test_a_second_one_is_told_who_is_at_it(terminal: "Terminal", registry: Registry, tmp_path: Path) -> None:
    # given
    log(tickets(120, seed=2, drifted=True))
    # when
    with only_one(tmp_path / "models/retraining/tickets" / LOCK_FILE, "a retraining of tickets"):
        outcome = terminal("retrain")
    # then
    assert outcome.code == 2
    assert len(outcome.errors) == 1
    assert f"a retraining of tickets runs already, process {os.getpid()} on " in outcome.errors[0]
    assert [version.number for version in registry.versions("tickets")] == [1]
    assert records(tmp_path) == []


@pytest.mark.parametrize(
    ("rows", "arguments", "message"),
    [
        (12, (), "12 labelled texts of live traffic are new, and a retraining wants 50"),
        (12, ("--min-labels", "13"), "a retraining wants 13"),
        (60, ("--since", "2020-01-01", "--until", "2020-01-02"), "holds no feedback on answers of tickets since 2020"),
        (60, ("data.max_rows=10",), "leave data.max_rows=10 out"),
        (60, ("trainer.max_epoch=1",), "trainer.max_epochs"),
        (60, ("other",), "other"),
        (60, ("--to", "canary"), "--to canary is not possible: give staging or production"),
        (60, ("--window-share", "1"), "--window-share 1.0 is not possible"),
        (60, ("--since", "never"), "--since 'never' is no moment"),
    ],
)
def test_what_cannot_work_ends_with_one_line_and_nothing_written(
    terminal: "Terminal", tmp_path: Path, rows: int, arguments: Sequence[str], message: str
) -> None:
    # given
    log(tickets(rows, seed=2, drifted=True))
    # when
    outcome = terminal("retrain", *arguments)
    # then
    assert outcome.code == 2, outcome.log
    assert len(outcome.errors) == 1
    assert message in outcome.errors[0]
    assert "Traceback" not in outcome.log
    assert not list(tmp_path.glob("data/processed/tickets.retraining/*/*"))
    assert not (tmp_path / "outputs").exists()
    assert records(tmp_path) == []


def test_without_a_log_or_a_data_set_it_says_what_to_do(
    terminal: "Terminal", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "there is no prediction log" in terminal("retrain").errors[0]
    monkeypatch.setenv("TEXTOPS_DATABASE_URL", "none")
    assert "switches the prediction log off" in terminal("retrain").errors[0]
    monkeypatch.setenv("TEXTOPS_DATABASE_URL", f"sqlite:///{DATABASE}")
    log(tickets(60, seed=2, drifted=True))
    shutil.rmtree(tmp_path / "data/processed/tickets")
    outcome = terminal("retrain")
    assert outcome.code == 2
    assert "there is no data set at data/processed/tickets" in outcome.errors[0]


@pytest.fixture
def process(terminal: "Terminal", tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:  # noqa: ARG001 (the folder)
    """A retraining in a process of its own, as a service starts it."""
    log(tickets(120, seed=2, drifted=True))
    command = [sys.executable, "-m", "textops", "retrain", "tickets", "--to", "production"]
    with (tmp_path / "log").open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as started:
        yield started
        if started.poll() is None:
            started.kill()


@pytest.mark.usefixtures("without_coverage")
def test_one_that_is_killed_leaves_nothing_that_the_next_one_stumbles_over(
    process: "subprocess.Popen[bytes]", terminal: "Terminal", registry: Registry, tmp_path: Path
) -> None:
    # given: a process in the middle of its training
    deadline = time.monotonic() + 240
    while not list(tmp_path.glob("outputs/*/*/config.yaml")):
        assert process.poll() is None, (tmp_path / "log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    # It stays there, however long the other one takes to begin.
    process.send_signal(signal.SIGSTOP)
    second = terminal("retrain")
    assert second.code == 2
    assert f"runs already, process {process.pid} on " in second.errors[0]
    # when
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    # then
    assert holders(registry) == {"production": 1}
    outcome = terminal("retrain", "--to", "production")
    assert outcome.code == 0, outcome.log
    assert holders(registry)["production"] == registry.versions("tickets")[-1].number
