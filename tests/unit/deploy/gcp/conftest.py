"""Steps of cloudbuild.yaml as Cloud Build runs them.

Programs in the place of docker and gcloud write down what they are asked.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.gcp.configuration import FOLDER, CloudConfiguration

ROOT = FOLDER.parents[1]
PROGRAM = """#!/bin/sh
{ for word in {name} "$@"; do printf '%s\\0' "$word"; done; printf '\\n'; } >>"$ASKED"
{answer}
"""


class Step:
    """Runs one step, and knows what it asked of docker and gcloud."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "workspace"
        self.workspace.mkdir()
        self.asked_file = folder / "asked"
        self.programs = folder / "programs"
        self.programs.mkdir()
        self.answer("docker", "")
        self.answer("gcloud", "")

    def answer(self, program: str, script: str) -> None:
        path = self.programs / program
        path.write_text(PROGRAM.replace("{name}", program).replace("{answer}", script), encoding="utf-8")
        path.chmod(0o755)

    def run(self, name: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        given = {
            "PATH": f"{self.programs}:{Path(sys.executable).parent}:/usr/bin:/bin",
            "ASKED": str(self.asked_file),
            "WORKSPACE": str(self.workspace),
            "COMMIT": "0123456789abcdef0123456789abcdef01234567",
            "BUILD": "fedcba98-7654-3210-fedc-ba9876543210",
            "UNTIL": "deploy",
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "TEXTOPS_GCP_PROJECT": "some-project",
            "TEXTOPS_GCP_REGION": "europe-west1",
        }
        configuration = CloudConfiguration(project="some-project", region="europe-west1")
        named = {key.removeprefix("_"): value for key, value in configuration.substitutions().items()}
        return subprocess.run(
            ["/bin/sh", str(FOLDER / f"pipeline/{name}.sh"), *arguments],
            cwd=ROOT,
            env={**named, **given, **environment},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    @property
    def asked(self) -> list[list[str]]:
        if not self.asked_file.exists():
            return []
        lines = self.asked_file.read_text(encoding="utf-8").split("\0\n")
        return [line.split("\0") for line in lines if line]


@pytest.fixture
def step(tmp_path: Path) -> Step:
    return Step(tmp_path)
