"""What is predicted with stays on this machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PREDICT = "import sys; from textops.inference import Predictor; Predictor.load(sys.argv[1]).predict(['a late goal'])"


@pytest.mark.slow
def test_the_runtime_keeps_no_id_of_the_machine_and_so_reports_nothing(tmp_path: Path, tiny_bundle: Path) -> None:
    # given: a home of its own, where the runtime would keep the id; without the variables of CI, where it never does
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    # when
    result = subprocess.run(
        [sys.executable, "-c", PREDICT, str(tiny_bundle)],
        env={**kept, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    # then
    assert result.returncode == 0, result.stderr
    assert list(tmp_path.rglob("*")) == []
