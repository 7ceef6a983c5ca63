"""What the workflows of GitHub do, done here: `invoke ci.local`, so that a broken step is seen before a push."""

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
_ACCOUNT = ("google-github-actions/", "GITHUB_", "GH_TOKEN", "npx ", "secrets.", "vars.", "requirements --upgrade")


@dataclass(frozen=True)
class Step:
    """A step of a workflow that runs a command.

    Attributes:
        workflow: Name of its file.
        command: The command.
        needs_account: Whether its job asks an account, or the step what only a runner knows.
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
            needs_account = any(sign in str(step) for step in steps for sign in _ACCOUNT if "/" in sign)
            needs_account |= "services" in job or "environment" in job
            for step in steps:
                if "run" in step:
                    asks = needs_account or any(sign in str(step) for sign in _ACCOUNT)
                    found += [Step(path.name, command, asks) for command in _commands(job, step)]
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
