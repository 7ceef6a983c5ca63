"""The workflows are what GitHub takes, keep to what is safe, and do nothing that cannot be done here."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from automation.ci import WORKFLOWS, steps_of_workflows
from automation.typed_commands import check_command

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
    finished = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
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


def test_dependabot_looks_wherever_a_version_stands() -> None:
    document = yaml.safe_load((ROOT / ".github" / "dependabot.yaml").read_text(encoding="utf-8"))
    places = {
        update["package-ecosystem"]: [
            ROOT / each.lstrip("/") for each in update.get("directories", [update.get("directory")])
        ]
        for update in document["updates"]
    }
    assert sorted(places) == ["docker", "docker-compose", "github-actions", "pip"]
    assert list(places["docker"][0].glob("*.dockerfile"))
    assert (places["docker-compose"][0] / "compose.yaml").is_file()
    assert ACTION.parent in places["github-actions"]
    assert (places["pip"][0] / "pyproject.toml").is_file()


def test_all_tests_run_on_every_python_and_every_pytorch_that_is_promised() -> None:
    # given
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    promised = SpecifierSet(project["requires-python"])
    matrix = yaml.safe_load((WORKFLOWS / "tests.yaml").read_text(encoding="utf-8"))["jobs"]["tests"]["strategy"][
        "matrix"
    ]
    whole = [each for each in matrix["include"] if each["task"] == matrix["task"][0]]
    # then
    assert matrix["python"] == [f"3.{minor}" for minor in range(20) if f"3.{minor}" in promised]
    torches = {*matrix["torch"], *(each["torch"] for each in whole)}
    assert torches == {path.stem.removeprefix("torch-") for path in (ROOT / "requirements").glob("torch-*.txt")}


def test_what_decides_here_decides_at_github_too() -> None:
    ours = {step.command for step in steps_of_workflows()}
    assert {"invoke types", "invoke package", "invoke gcp.validate", "invoke images.check"} <= ours


def test_a_field_that_github_does_not_know_is_found_in_each_workflow(tmp_path: Path) -> None:
    # given
    for path in FILES:
        document = yaml.safe_load(path.read_text(encoding="utf-8").replace("\non:", "\n'on':"))
        next(job for job in document["jobs"].values() if "steps" in job)["timeout-minuts"] = 5
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


def test_packages_are_kept_where_uv_looks_for_them() -> None:
    # given
    steps = yaml.safe_load(ACTION.read_text(encoding="utf-8"))["runs"]["steps"]
    (cache,) = [step["with"] for step in steps if step.get("uses", "").startswith("actions/cache@")]
    (install,) = [step for step in steps if step.get("run", "").startswith("uv pip install")]
    # then
    assert install["env"]["UV_CACHE_DIR"] == cache["path"]
    # The action refuses a key with a comma, and extras are a list with commas.
    assert not re.search(r",|inputs\.extras", cache["key"])
    for input_of_action in ("python", "torch"):
        assert f"inputs.{input_of_action} }}}}" in cache["key"]


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


@pytest.mark.parametrize(
    "command",
    sorted({step.command for step in steps_of_workflows() if step.command.startswith(("invoke ", "textops "))}),
)
def test_each_command_of_ours_is_there_with_its_options(command: str) -> None:
    check_command(command.replace('"${FIGURES}"', "--no-figures"))


def test_whoever_has_no_account_can_run_what_needs_none() -> None:
    # when
    commands = {step.command for step in steps_of_workflows() if not step.needs_account}
    # then
    assert {
        "invoke api-tests",
        "textops demo",
        "invoke gcp.validate",
        "invoke test --coverage",
        "invoke docs",
    } <= commands
    asking = {"invoke data.remote", "invoke data.pull", "invoke data.before --output report/dataset.json"}
    asking |= {"invoke gcp.build --until deploy", "invoke requirements --upgrade", "textops drift check --since 24h"}
    assert not asking & commands


@pytest.mark.parametrize(
    "left", ["gha-creds-0123456789abcdef.json", "report/stats.md", "reports/loadtest/loadtest.json"]
)
def test_what_a_workflow_leaves_is_no_change_of_the_checkout(left: str) -> None:
    # Otherwise a deployment refuses to tag images with the commit, and sends it along.
    git = shutil.which("git")
    assert git is not None
    assert subprocess.run([git, "check-ignore", "--quiet", left], cwd=ROOT, check=False).returncode == 0


def test_whoever_fetches_data_has_said_from_which_bucket() -> None:
    for path in FILES:
        for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items():
            commands = [step.get("run", "") for step in job.get("steps", [])]
            if "invoke data.pull" in commands:
                said, fetched = commands.index("invoke data.remote"), commands.index("invoke data.pull")
                assert said < fetched, f"{path.name}: {name}"


# Command of a job -> what it loads, as a line for Python.
LOADS = {
    "invoke ": ("-m", "invoke", "--list"),
    "invoke data-tests": ("-m", "pytest", "--collect-only", "-q", "tests/datatests"),
    "invoke model-tests": ("-m", "pytest", "--collect-only", "-q", "tests/performancetests"),
    "invoke api-tests": ("-m", "pytest", "--collect-only", "-q", "tests/unit/serving"),
    "textops ": ("-m", "textops.cli", "--help"),
    "textops stats": ("-c", "import textops.evaluation.dataset_report, textops.training.source"),
    "textops report": ("-c", "import textops.evaluation.model_report"),
    "textops promote": ("-c", "import textops.evaluation.evidence, textops.registry.promotion"),
    "textops drift": ("-c", "import textops.monitoring.check, textops.monitoring.evidently_report"),
}
INSTALLED = sorted(
    {
        (step["with"]["extras"], command)
        for path in FILES
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
        for step in job.get("steps", [])
        if step.get("uses") == "./.github/actions/set-up"
        for command in LOADS
        if any(each.get("run", "").startswith(command) for each in job["steps"])
    }
)


@pytest.mark.slow
@pytest.mark.parametrize(("extras", "command"), INSTALLED)
def test_a_job_installs_what_its_commands_load(extras: str, command: str, tmp_path: Path) -> None:
    # given: no package but those that come with the extras
    (tmp_path / "sitecustomize.py").write_text(f"HIDDEN = {hidden_modules(extras.split(','))!r}\n{HIDING}")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT / "src")])}
    # when
    finished = subprocess.run(
        [sys.executable, *LOADS[command]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    # then
    assert finished.returncode == 0, finished.stderr[-2000:] or finished.stdout[-2000:]


def hidden_modules(extras: list[str]) -> set[str]:
    """Return the modules of all packages that no extra brings."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *(each for extra in extras for each in project["optional-dependencies"][extra])]
    known = installed()
    brought: set[tuple[str, frozenset[str]]] = set()

    def bring(requirement: Requirement, of: frozenset[str]) -> None:
        marker = requirement.marker
        if marker is not None and not any(marker.evaluate({"extra": extra}) for extra in (of or {""})):
            return
        one = (canonicalize_name(requirement.name), frozenset(requirement.extras))
        if one in brought or one[0] not in known:
            return
        brought.add(one)
        for each in known[one[0]].requires or []:
            bring(Requirement(each), one[1])

    for each in ["pip", "textops", *wanted]:
        bring(Requirement(each), frozenset())
    names = {name for name, _ in brought}
    return {
        module
        for module, packages in packages_of_modules().items()
        if not any(canonicalize_name(package) in names for package in packages)
    }


@cache
def installed() -> Mapping[str, metadata.Distribution]:
    return {canonicalize_name(each.metadata["Name"]): each for each in metadata.distributions()}


@cache
def packages_of_modules() -> Mapping[str, list[str]]:
    return metadata.packages_distributions()


HIDING = """
import sys


class Hiding:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Hiding)
"""


def test_only_a_job_that_needs_the_tests_moves_the_alias() -> None:
    moving = []
    for path in FILES:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for name, job in document["jobs"].items():
            if any("textops promote" in step.get("run", "") for step in job.get("steps", [])):
                moving.append((path.name, name, job.get("needs")))
    assert moving == [("cml_model.yaml", "promote", "test")]
