"""From an unseen file to a model that answers over HTTP, with nothing but the wheel and the commands it prints."""

import csv
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.integration.ports import free_port
from tests.integration.sources import copy_sources
from textops.program import running, wait_until_ready

if TYPE_CHECKING:
    from tests.conftest import Terminal

pytestmark = pytest.mark.slow

SIGNS = {
    "жалоба": ["сломался", "ужасный", "возврат", "плохой"],
    "похвала": ["отличный", "спасибо", "советую", "доволен"],
}
WORDS = [
    "товар",
    "пришёл",
    "вчера",
    "магазин",
    "доставка",
    "цена",
    "коробка",
    "телефон",
    "рубашка",
    "книга",
    "вечером",
    "курьер",
]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's content, as an installation has it: no checkout anywhere near."""
    place = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(place)]
    sources = copy_sources(place / "sources")
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(sources)], check=True, cwd=place)
    (built,) = place.glob("*.whl")
    zipfile.ZipFile(built).extractall(place / "site")
    return place / "site"


@pytest.fixture
def environment(wheel: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TEXTOPS_", "COVERAGE_"))}
    path = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "PYTHONPATH": str(wheel), "PATH": path, "TEXTOPS_DATABASE_URL": "none", "WANDB_MODE": "disabled"}


@pytest.fixture
def run(environment: dict[str, str], tmp_path: Path) -> Run:
    """Type a line into a shell, in an empty folder."""

    def type_it(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-c", line],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
            timeout=300,
            check=False,
        )

    return type_it


def write_reviews(path: Path, rows: int, *, has_signal: bool) -> None:
    """Write what a spreadsheet of another country writes: semicolons, Windows' letters, dates with dots."""
    chance = random.Random(5)  # noqa: S311 (made-up texts)
    with path.open("w", newline="", encoding="cp1251") as file:
        table = csv.writer(file, delimiter=";")
        table.writerow(["номер", "дата", "отзыв", "вид"])
        for number in range(rows):
            label = chance.choice(list(SIGNS))
            signs = SIGNS[label] if has_signal else WORDS
            words = [*chance.choices(WORDS, k=9), *chance.choices(signs, k=2)]
            chance.shuffle(words)
            table.writerow(
                [number, f"{1 + number % 28:02d}.0{1 + number % 9}.2024", f"{' '.join(words)} {number}", label]
            )


def printed_commands(output: str) -> list[str]:
    lines = output.partition("What to type next:")[2].splitlines()
    return [line.strip() for line in lines if line.startswith("  ")]


def test_the_printed_commands_lead_from_an_unseen_file_to_a_served_model(
    run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    # given
    write_reviews(tmp_path / "отзывы 2024.csv", 600, has_signal=True)
    # when
    begun = run("textops init 'отзывы 2024.csv' --yes")
    # then
    assert begun.returncode == 0, begun.stderr
    *commands, serve = printed_commands(begun.stdout)
    assert len(commands) == 6
    for command in commands:
        done = run(command)
        assert done.returncode == 0, (command, done.stderr)
    assert "Traceback" not in done.stderr
    assert any(label in done.stdout for label in SIGNS)
    assert (tmp_path / "reports/data/отзывы_2024/explanation.html").is_file()
    assert (tmp_path / "models/registry/отзывы_2024/versions/1/bundle.json").is_file()
    # when: and the last one, which goes on until it is ended
    port = free_port()
    address, settings = f"http://127.0.0.1:{port}", {**environment, "TEXTOPS_PORT": str(port)}
    with running(["/bin/sh", "-c", f"exec {serve}"], tmp_path / "serve.log", tmp_path, settings):
        wait_until_ready(address, 120)
        answer = httpx.post(f"{address}/predict", json={"text": "ужасный товар, сломался вчера, плохой магазин"}).json()
    assert answer["label"] == "жалоба"


def test_a_model_of_random_labels_is_not_registered_and_the_message_says_what_the_data_look_like(
    terminal: "Terminal", tmp_path: Path
) -> None:
    # given
    write_reviews(tmp_path / "random.csv", 600, has_signal=False)
    # when
    for line in (
        ("init", "random.csv", "--yes"),
        ("prepare", "--explain", "experiment=random"),
        ("train", "experiment=random", "trainer.max_epochs=2", "robustness.examples=0"),
        ("evaluate",),
    ):
        done = terminal(*line)
        assert done.code == 0, (line, done.log)
    refused = terminal("register")
    # then
    assert refused.code == 3
    (message,) = refused.errors
    assert "the share of the most frequent class. The data: 600 rows" in message
    assert "The data: 600 rows, 600 examples of 2 classes" in message
    assert "Likely causes:" in message
    assert not (tmp_path / "models/registry").exists()
    assert "no better than the most frequent class" in (tmp_path / "reports/data/random/explanation.md").read_text()
    # when: somebody takes the responsibility
    forced = terminal("register", "--force", "a trial of the pipeline")
    # then
    assert forced.code == 0, forced.log
    (event,) = (tmp_path / "models/registry/random/events").glob("*.json")
    assert '"reason": "a trial of the pipeline"' in event.read_text()
