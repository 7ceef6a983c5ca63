"""Programs that are Python modules, run with the interpreter that runs a task."""

import shlex
import sys
from pathlib import Path

from invoke.context import Context

ROOT = Path(__file__).resolve().parents[1]


def run_module(context: Context, module: str, *arguments: str, **environment: str) -> None:
    """Run a Python module of this environment in the root of the project; its output is shown as it comes."""
    # Where nobody can type, invoke would look a hundred times a second whether somebody has.
    typed = None if sys.stdin.isatty() else False
    with context.cd(ROOT):
        context.run(
            shlex.join([sys.executable, "-m", module, *arguments]),
            pty=sys.stdout.isatty(),
            in_stream=typed,
            env=environment,
        )
