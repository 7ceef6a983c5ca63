import json
from pathlib import Path

import pytest

from textops.benchmark.prediction_log import benchmark


def test_each_step_of_a_row_is_measured_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    # when
    markdown = benchmark(rounds=2, rows=50)
    # then
    folder = tmp_path / "reports/benchmarks"
    measured = json.loads((folder / "prediction_log.json").read_text())["microseconds"]
    assert len(measured) == 7
    assert all(len(times) == 2 and min(times) > 0 for times in measured.values())
    assert all(name in markdown for name in measured)
    assert (folder / "prediction_log.png").stat().st_size > 0
