"""`textops report model` as it is typed: a version beside the one in production."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.bundle import read_manifest, seal
from textops.registry import PRODUCTION, Registry
from textops.variant_figures import VariantFigures

if TYPE_CHECKING:
    from tests.conftest import AddReport, Terminal

pytestmark = pytest.mark.slow


def test_the_first_version_is_reported_alone_and_nothing_is_promoted(
    promoting_terminal: "Terminal", tmp_path: Path
) -> None:
    # when
    outcome = promoting_terminal("report", "model", "--output", str(tmp_path / "report"))
    # then
    assert outcome.code == 0, outcome.log
    report = (tmp_path / "report" / "model.md").read_text(encoding="utf-8")
    assert "It **passes** the gate." in report
    assert "| baseline | passed |" in report
    assert "No version stands beside it." in report
    assert "There is none to compare with." in report
    assert (tmp_path / "report" / "confusion.png").read_bytes().startswith(b"\x89PNG")
    assert "reliability.png" not in report  # its bundle tells nothing of it
    assert Registry(tmp_path / "registry").events("tiny") == []


def test_the_next_version_stands_beside_production(
    promoting_terminal: "Terminal", workspace: Path, tmp_path: Path, add_report: "AddReport"
) -> None:
    # given
    registry = Registry(tmp_path / "registry")
    registry.point(registry.version("tiny", 1), PRODUCTION, after=None)
    other = tmp_path / "other"
    other.mkdir()
    for path in (workspace / "bundle").iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    seal(other, read_manifest(other).model_copy(update={"temperature": 8.0}))
    add_report(other, variants=(VariantFigures(name="onnx_int8", made=False, reason="no operator for it"),))
    registry.register(other)
    # when
    outcome = promoting_terminal("report", "model", "tiny/2", "--output", str(tmp_path / "report"))
    # then the answers are no more those that the bundle keeps, which the gate finds
    assert outcome.code == 3, outcome.log
    report = (tmp_path / "report" / "model.md").read_text(encoding="utf-8")
    assert "It **does not pass** the gate." in report
    assert "| answers | refused |" in report
    assert "| Figure | tiny/1 | tiny/2 | Change |" in report
    assert re.search(r"\| Accuracy \| 1\.0000 (\[0\.\d{4}, 1\.0000\]) \| 1\.0000 \1 \| \+0\.0000 \|", report)
    assert "|  | tiny/1 | tiny/2 |" in report
    assert re.search(r"\| One text, median \| [\d.]+ ms \[.*\] \| [\d.]+ ms \[.*\] \|", report)
    assert "](reliability.png)" in report
    assert (tmp_path / "report" / "reliability.png").read_bytes().startswith(b"\x89PNG")
    assert "| onnx_int8 | not made |" in report
    assert "| model | temperature | `1.0` | `8.0` | +7 |" in report


def test_a_comment_that_can_show_no_figure_names_them(promoting_terminal: "Terminal", tmp_path: Path) -> None:
    # when
    promoting_terminal("report", "model", "tiny/1", "--output", str(tmp_path / "report"), "--no-figures")
    # then
    report = (tmp_path / "report" / "model.md").read_text(encoding="utf-8")
    assert "![" not in report
    assert "Confusion matrix: `confusion.png`" in report
    assert (tmp_path / "report" / "confusion.png").is_file()


def test_what_is_not_there_is_told_in_one_line(promoting_terminal: "Terminal", tmp_path: Path) -> None:
    outcome = promoting_terminal("report", "model", "tiny/7", "--output", str(tmp_path / "report"))
    assert outcome.code == 2
    assert "holds no version tiny/7" in outcome.errors[-1]
    assert not (tmp_path / "report").exists()
