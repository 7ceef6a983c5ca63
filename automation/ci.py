"""What the workflows of GitHub do, done here: `invoke ci.local`, so that a broken step is seen before a push."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from invoke.context import Context
from invoke.tasks import task

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = ROOT / ".github" / "workflows"

# Commands of ours; the rest prepares a runner, or talks to GitHub.
_OURS = ("invoke ", "textops ", "pre-commit ", "python -m coverage ")
# What tells that a step wants an account, or what only a runner knows: in its text, or in what its job sets for it.
_ACCOUNT = (
    "GITHUB_",
    "GH_TOKEN",
    "npx ",
    "secrets.",
    "vars.",
    "${",
    "requirements --upgrade",
    "data.pull",
    "data.before",
    "gcp.build",
)
_MATRIX = re.compile(r"\$\{\{ matrix\.\w+ \}\}")


@dataclass(frozen=True)
class Step:
    """A step of a workflow that runs a command.

    Attributes:
        workflow: Name of its file.
        command: The command.
        needs_account: Whether it asks an account, or what only a runner knows.
    """

    workflow: str
    command: str
    needs_account: bool


def steps_of_workflows(folder: Path = WORKFLOWS) -> list[Step]:
    """Return every step that runs a command, in the order of the files."""
    found: list[Step] = []
    for path in sorted(folder.glob("*.yaml")):
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        for job in document["jobs"].values():
            steps = job.get("steps", [])  # none where it calls another workflow
            for step in (step for step in steps if "run" in step):
                for command in _commands(job, step):
                    text = _MATRIX.sub("", f"{command} {step.get('env', '')} {job.get('env', '')}")
                    found.append(Step(path.name, command, any(sign in text for sign in _ACCOUNT)))
    return found


def _commands(job: dict[str, Any], step: dict[str, str]) -> list[str]:
    """Return the command of a step; one that the matrix names stands for each of its values."""
    if step["run"] != "${TASK}":
        return [step["run"].strip()]
    matrix = job["strategy"]["matrix"]
    tasks = [*matrix.get("task", []), *(each["task"] for each in matrix.get("include", []))]
    return list(dict.fromkeys(tasks))


@task(help={"only-list": "Say which commands there are, run none."})
def local(context: Context, only_list: bool = False) -> None:  # noqa: FBT001, FBT002 - options of invoke
    """Run the steps of the workflows that need no account, each once."""
    steps = [step for step in steps_of_workflows() if step.command.startswith(_OURS) and not step.needs_account]
    for command in dict.fromkeys(step.command for step in steps):
        where = ", ".join(sorted({step.workflow for step in steps if step.command == command}))
        context.run(f"echo {command!r} '# {where}'")
        if not only_list:
            with context.cd(ROOT):
                context.run(command)
