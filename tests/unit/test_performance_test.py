"""The performance test that others copy: which models it takes, and how it fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from textops.registry import Registry

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def run(**environment: object) -> "subprocess.CompletedProcess[str]":
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("TEXTOPS_", "WANDB_"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", "tests/performancetests"],
        cwd=ROOT,
        env={**inherited, **{name: str(value) for name, value in environment.items()}},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_model_of_the_registry_is_tested(tiny_bundle: Path, tmp_path: Path) -> None:
    # given
    registry = Registry(tmp_path)
    registry.point(registry.register(tiny_bundle), "staging", after=None)
    # when
    outcome = run(MODEL_NAME="tiny@staging", TEXTOPS_REGISTRY=tmp_path)
    # then
    assert outcome.returncode == 0, outcome.stdout
    assert "1 passed" in outcome.stdout


def test_a_bundle_that_is_too_slow_fails_with_its_figure(tiny_bundle: Path) -> None:
    outcome = run(MODEL_NAME=tiny_bundle, TEXTOPS_GATE_LATENCY_MS=0.001)

    assert outcome.returncode == 1
    assert "ms in 95 of 100 cases, the budget is 0.001 ms" in outcome.stdout


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nobody@staging", "MODEL_NAME=nobody@staging leads to no model"),
        ("entity/project/news:staging", "set WANDB_API_KEY"),
    ],
)
def test_a_name_that_leads_nowhere_fails_in_one_line(name: str, said: str, tmp_path: Path) -> None:
    outcome = run(MODEL_NAME=name, TEXTOPS_REGISTRY=tmp_path)

    assert outcome.returncode == 1
    assert said in outcome.stdout
    assert "Traceback" not in outcome.stdout
