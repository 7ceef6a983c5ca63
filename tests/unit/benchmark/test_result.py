"""What a measurement leaves."""

import json
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from textops.benchmark.result import REPORTS, keep, table
from textops.machine import describe_machine


def test_a_table_has_a_line_for_each_row() -> None:
    assert table(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"


def test_a_measurement_is_kept_for_programs_and_for_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    # when
    keep("speed", {"seconds": 1.5}, "| a |", Figure())
    # then
    assert sorted(path.name for path in REPORTS.iterdir()) == ["speed.json", "speed.md", "speed.png"]
    assert json.loads((REPORTS / "speed.json").read_text()) == {"seconds": 1.5}
    assert (REPORTS / "speed.md").read_text() == "| a |"
    assert (REPORTS / "speed.png").read_bytes().startswith(b"\x89PNG")


def test_what_is_no_number_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    # when, then
    with pytest.raises(ValueError, match="not JSON compliant"):
        keep("speed", {"seconds": float("nan")}, "", Figure())
    assert not REPORTS.exists()


def test_the_machine_is_described_without_its_name() -> None:
    # when
    machine = describe_machine(("numpy",))
    # then
    assert list(machine) == ["processors", "architecture", "python", "numpy"]
    assert isinstance(machine["processors"], int)
