"""The page on Google Cloud: its commands are there, its way can be walked, and what it quotes is what is told."""

import ast
import functools
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from automation.google_cloud.training import JOBS, same_here
from deploy.gcp.configuration import CloudConfiguration

if TYPE_CHECKING:
    from tests.unit.automation.conftest import Cloud, RunTask

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/google-cloud.md").read_text(encoding="utf-8")
TAG = "0123456789abcdef"
TAGGED = ("gcp.build", "gcp.train", "gcp.deploy")
# What is written into the repository, or needs no cloud.
APART = ("gcp.costs", "gcp.validate")


def _commands() -> list[str]:
    blocks = re.findall(r"^(invoke gcp\.[^#\n]*)", PAGE, re.MULTILINE)
    inline = re.findall(r"`(invoke gcp\.[^`]*)`", PAGE)
    return list(dict.fromkeys(" ".join(line.split()) for line in (*blocks, *inline)))


STEPS = [line for line in _commands() if line.split()[1] not in APART]


def test_the_page_shows_the_whole_way() -> None:
    from automation import gcp

    shown = {line.split()[1] for line in _commands()}

    assert shown == {f"gcp.{task.name}" for task in vars(gcp).values() if hasattr(task, "get_arguments")}


@pytest.mark.usefixtures("cloud")
@pytest.mark.parametrize("line", STEPS)
def test_each_command_of_the_page_can_be_tried_without_an_account(
    line: str, run_task: "RunTask", cloud: "Cloud", monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = CloudConfiguration(
        project="example-project", region="europe-west1", protected="--with-data" not in line
    )
    monkeypatch.setattr("automation.gcp.read_configuration", lambda: configuration)
    _, name, *options = shlex.split(line)
    tag = [f"--tag={TAG}"] if name in TAGGED else []

    ended = run_task(name, *options, *tag, "--dry-run")

    assert ended.code == 0, ended.told
    assert ended.lines
    assert cloud.calls == []


@pytest.mark.parametrize("job", JOBS)
def test_what_does_the_same_on_one_machine_is_what_the_task_says(job: str) -> None:
    cloud = CloudConfiguration(project="example-project", region="europe-west1")

    assert re.search(rf"^\| `{job}` \|.*\| `{re.escape(same_here(job, cloud))}` \|$", PAGE, re.MULTILINE)


def _told() -> list[str]:
    table = PAGE.partition("## What can go wrong")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`.*?) \| ", table, re.MULTILINE)
    return [quoted for cell in cells for quoted in re.findall(r"`([^`]+)`", cell)]


@functools.cache
def _sentences() -> str:
    """Return every text of the code that can be told; parts of one text lie beside each other."""
    paths = [*(ROOT / "automation/google_cloud").rglob("*.py"), ROOT / "deploy/gcp/configuration.py"]
    nodes = [node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    return "\n".join(str(node.value) for node in nodes if isinstance(node, ast.Constant))


@pytest.mark.parametrize("told", _told())
def test_what_the_page_quotes_is_told(told: str) -> None:
    said = _sentences()
    # Names and what is left out stand between the parts that are always the same.
    parts = re.split(
        r"\.\.\.|'?\bx\b'?|\bANN\b|\([^)]*\)|'my-project'|\bus\b|\beurope-west1\b|gs://|models/registry", told
    )

    fixed = [part.strip(" :;,'") for part in parts]
    assert any(len(part) > 2 for part in fixed)
    assert [part for part in fixed if part and part not in said] == []


def test_the_page_holds_the_table_of_costs() -> None:
    text = (ROOT / "reports/cloud_costs.md").read_text(encoding="utf-8")

    assert f"<!-- reports/cloud_costs.md -->\n{text}<!-- end -->" in PAGE
