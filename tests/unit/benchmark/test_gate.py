"""What `textops benchmark gate` says of the gate."""

import json
from pathlib import Path

import pytest

from textops.benchmark import gate
from textops.benchmark.result import REPORTS


def test_the_table_says_how_often_whom_the_gate_lets_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    # when
    markdown = gate.benchmark(tolerance=0.02)
    # then
    assert (REPORTS / "gate.md").read_text() == markdown
    assert (REPORTS / "gate.png").read_bytes().startswith(b"\x89PNG")
    candidates = json.loads((REPORTS / "gate.json").read_text())["candidates"]
    as_good = [list(each["passes"].values()) for each in candidates if each["worse"] == 0]
    too_bad = [list(each["passes"].values()) for each in candidates if each["worse"] >= 0.02]
    assert as_good
    assert all(shares[0] < 0.1 and shares[-1] > 0.8 for shares in as_good)
    assert too_bad
    assert all(share < 0.031 for shares in too_bad for share in shares)
    assert "| 6% | 2 points worse |" in markdown


def test_what_nearly_always_happens_is_not_told_as_certain() -> None:
    assert [gate._percent(share) for share in (0, 1e-5, 0.5, 1)] == [  # noqa: SLF001
        "0.0%",
        "under 0.1%",
        "50.0%",
        "over 99.9%",
    ]


def test_the_table_in_the_repository_is_what_the_command_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Computed and not measured: it is the same everywhere, so that it cannot go stale without a word.
    kept = (Path(__file__).parents[3] / REPORTS / "gate.md").read_text()
    monkeypatch.chdir(tmp_path)

    assert gate.benchmark() == kept
