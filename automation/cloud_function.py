"""Tasks for the Cloud Function: `invoke function.source` and others."""

import shutil
import tempfile
from pathlib import Path

from invoke.context import Context
from invoke.tasks import task

from automation.function_footprint import measure as measure_instance
from automation.function_footprint import table
from automation.python_modules import ROOT, run_module
from automation.requirement_files import choose_versions

FUNCTION = ROOT / "deploy" / "function"
REQUIREMENTS = FUNCTION / "requirements.txt"
SOURCE = ROOT / "build" / "function"
FOOTPRINT = ROOT / "reports" / "cloud_function.md"
INSTANCES = 3
EXTRAS = ("serve", "gcp", "function")
HEADER = """\
# Made by `invoke function.requirements` from pyproject.toml and requirements/dev.txt: do not edit.
# What Google installs for the function; `invoke function.source` adds textops itself.
"""


@task
def requirements(context: Context) -> None:
    """Write deploy/function/requirements.txt: what the function needs, in the versions of requirements/dev.txt."""
    with tempfile.TemporaryDirectory() as name:
        output = Path(name) / "requirements.txt"
        choose_versions(context, EXTRAS, output, ROOT / "requirements" / "dev.txt")
        REQUIREMENTS.write_text(HEADER + output.read_text(encoding="utf-8"), encoding="utf-8")


@task
def source(context: Context) -> None:
    """Put into build/function/ what `gcloud functions deploy --source` takes: entry file, requirements and textops."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    SOURCE.mkdir(parents=True)
    # Sources and no wheel: a wheel would hold a kernel that was compiled for this machine.
    run_module(context, "hatchling", "build", "-t", "sdist", "-d", str(SOURCE))
    (package,) = SOURCE.glob("textops-*.tar.gz")
    shutil.copy(FUNCTION / "main.py", SOURCE)
    lines = f"{REQUIREMENTS.read_text(encoding='utf-8')}./{package.name}\n"
    (SOURCE / REQUIREMENTS.name).write_text(lines, encoding="utf-8")


@task(help={"registry": "Root of the registry with a model in production."})
def measure(_context: Context, registry: str = "models/registry") -> None:
    """Start the function three times, measure start, answers and memory, and write reports/cloud_function.md."""
    footprints = [measure_instance(FUNCTION / "main.py", registry) for _ in range(INSTANCES)]
    FOOTPRINT.write_text(table(footprints), encoding="utf-8")
