import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from textops.errors import ConfigurationError
from textops.training.vertex_trial import main, overrides, report


def test_values_of_a_trial_become_overrides() -> None:
    given = ["data=csv", "--model.learning_rate=0.35", "--batch_size=64.0"]

    assert overrides(given) == ["data=csv", "model.learning_rate=0.35", "batch_size=64"]


def test_an_argument_without_a_value_is_one_line() -> None:
    with pytest.raises(ConfigurationError, match="--batch_size gives no value"):
        overrides(["--batch_size"])

    assert main(["--batch_size"]) == 2


def test_the_loss_stands_where_vertex_ai_looks(tmp_path: Path) -> None:
    path = report(0.25, {"CLOUD_ML_HP_METRIC_FILE": str(tmp_path / "deep/metrics"), "CLOUD_ML_TRIAL_ID": "7"})

    told = json.loads(path.read_text(encoding="utf-8"))
    assert (told["trial"], told["validation_loss"]) == ("7", "0.25")


@pytest.mark.slow
def test_a_trial_trains_and_tells(tmp_path: Path) -> None:
    small = ["data=synthetic", "data.synthetic.rows=300", "data.synthetic.words=20", "trainer.max_epochs=1"]

    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "textops.training.vertex_trial",
            *small,
            "--model.learning_rate=3.5",
            "--batch_size=32.0",
        ],
        cwd=tmp_path,
        env={**os.environ, "CLOUD_ML_HP_METRIC_FILE": str(tmp_path / "metrics"), "CLOUD_ML_TRIAL_ID": "2"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    assert ended.returncode == 0, ended.stderr
    told = json.loads((tmp_path / "metrics").read_text(encoding="utf-8"))
    run = json.loads((tmp_path / "models/latest/run.json").read_text(encoding="utf-8"))
    assert float(told["validation_loss"]) == run["validation_loss"]
    assert "learning_rate: 3.5" in (tmp_path / "models/latest/config.yaml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_trial_that_cannot_train_ends_as_the_training_does(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "textops.training.vertex_trial", "data=nothing"],
        cwd=tmp_path,
        env={**os.environ, "CLOUD_ML_HP_METRIC_FILE": str(tmp_path / "metrics")},
        capture_output=True,
        timeout=120,
        check=False,
    )

    assert ended.returncode == 2
    assert not (tmp_path / "metrics").exists()
