"""A job of Vertex AI, run here: each of its machines in a folder of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from tests.integration.ports import free_port


def run_job(file: Path, folder: Path, filled_in: Mapping[str, str]) -> None:
    """Run what the file of a job with a machine in each of two pools says, and see that both come to their end.

    Args:
        file: The file.
        folder: Each machine gets a folder in it, `machine-0` and so on, which stands for its disk.
        filled_in: What stands in the file -> what is filled in.
    """
    cluster = {f"workerpool{number}": [f"127.0.0.1:{free_port()}"] for number in range(2)}
    machines = []
    for number, pool in enumerate(yaml.safe_load(file.read_text())["workerPoolSpecs"]):
        disk = folder / f"machine-{number}"
        disk.mkdir()
        container = pool["containerSpec"]
        (argument,) = container["args"]
        for name, value in filled_in.items():
            argument = argument.replace(name, value)
        task = {"type": f"workerpool{number}", "index": 0}
        machines.append(
            subprocess.Popen(
                [sys.executable, *container["command"][1:], argument],
                cwd=disk,
                env={**os.environ, "CLUSTER_SPEC": json.dumps({"cluster": cluster, "task": task})},
                stderr=subprocess.PIPE,
                text=True,
            )
        )
    errors = [machine.communicate(timeout=240)[1] for machine in machines]
    assert [machine.returncode for machine in machines] == [0, 0], errors
