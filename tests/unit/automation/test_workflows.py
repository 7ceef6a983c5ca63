"""The workflows are what GitHub takes, keep to what is safe, and do nothing that cannot be done here."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from automation.ci import WORKFLOWS, steps_of_workflows

ROOT = Path(__file__).parents[3]
SCRIPTS = Path(sys.executable).parent
FILES = sorted(WORKFLOWS.glob("*.yaml"))
ACTION = ROOT / ".github" / "actions" / "set-up" / "action.yaml"
PINNED = re.compile(r"uses: (?:\./\S+|[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(?:\.\d+)*(?: # zizmor: .*)?)$")
ONE_COMMAND = re.compile(
    r"bash \.ci/install|(?:(?:invoke|textops|pre-commit|python -m|uv pip|gh release) |npx --yes @dvcorg/cml@)\S.*"
)
# Shell that would make one command two.
JOINED = re.compile(r"&&|\|\||;|\n|\|(?!\|)")


def schema_problems(schema: str, *paths: Path) -> dict[str, list[str]]:
    """Return what is wrong with files, by their names."""
    kind = ("--output-format", "json", "--builtin-schema", f"vendor.{schema}")
    command = [str(SCRIPTS / "check-jsonschema"), *kind, *map(str, paths)]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    told = json.loads(finished.stdout)
    assert (finished.returncode == 0) is (told["status"] == "ok")
    problems: dict[str, list[str]] = {}
    for error in [*told["errors"], *told.get("parse_errors", [])]:
        best = error.get("best_deep_match") or error
        problems.setdefault(Path(error["filename"]).name, []).append(str(best["message"]))
    assert bool(problems) is (told["status"] != "ok")
    return problems


def test_github_takes_each_workflow() -> None:
    assert len(FILES) > 1
    assert schema_problems("github-workflows", *FILES) == {}


def test_github_takes_the_action_and_dependabot_its_settings() -> None:
    assert schema_problems("github-actions", ACTION) == {}
    assert schema_problems("dependabot", ROOT / ".github" / "dependabot.yaml") == {}


def test_a_field_that_github_does_not_know_is_found_in_each_workflow(tmp_path: Path) -> None:
    # given
    for path in FILES:
        document = yaml.safe_load(path.read_text(encoding="utf-8").replace("\non:", "\n'on':"))
        next(iter(document["jobs"].values()))["timeout-minuts"] = 5
        (tmp_path / path.name).write_text(yaml.safe_dump(document), encoding="utf-8")
    # when
    problems = schema_problems("github-workflows", *(tmp_path / path.name for path in FILES))
    # then
    assert sorted(problems) == [path.name for path in FILES]
    assert all("'timeout-minuts' was unexpected" in "".join(told) for told in problems.values())


def test_the_security_linter_finds_nothing_that_matters() -> None:
    command = [str(SCRIPTS / "zizmor"), "--offline", "--quiet", "--min-severity", "medium", str(ROOT / ".github")]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert finished.returncode == 0, finished.stdout


def test_the_linter_for_workflows_finds_nothing() -> None:
    command = [str(SCRIPTS / "actionlint"), *map(str, FILES)]
    finished = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
    assert finished.returncode == 0, finished.stdout


@pytest.mark.parametrize("path", [*FILES, ACTION], ids=lambda path: path.name)
def test_each_action_is_pinned_by_commit_with_its_version(path: Path) -> None:
    uses = [
        line.strip().removeprefix("- ") for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line
    ]
    assert [line for line in uses if not PINNED.fullmatch(line)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_is_allowed_that_no_job_asks_for_and_every_job_ends(path: Path) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert document["permissions"] == {}
    assert "concurrency" in document
    for job in document["jobs"].values():
        assert job["permissions"]
        assert "uses" in job or job["timeout-minutes"] <= 90


def test_each_step_is_one_command_that_can_be_typed_here() -> None:
    commands = [step.command for step in steps_of_workflows()]
    assert len(commands) > len(FILES)
    assert [command for command in commands if not ONE_COMMAND.fullmatch(command) or JOINED.search(command)] == []


def test_only_a_job_that_needs_the_tests_moves_the_alias() -> None:
    moving = []
    for path in FILES:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, job in document["jobs"].items():
            if any("textops promote" in step.get("run", "") for step in job.get("steps", [])):
                moving.append((path.name, name, job.get("needs")))
    assert moving == [("cml_model.yaml", "promote", "test")]
