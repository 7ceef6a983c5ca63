"""The documentation is built as readers get it, and the tutorial is lived through as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
# What a browser would fetch; links that people follow may lead anywhere.
FETCHED = re.compile(r'<(?:script|img|link|iframe|source)\b[^>]*?\b(?:src|href)="(?:https?:)?//[^"]+"')
BLOCK = re.compile(r"^```(python|console)\n(.*?)^```", re.DOTALL | re.MULTILINE)


def test_the_site_is_built_without_a_warning_and_fetches_nothing_from_elsewhere(tmp_path: Path) -> None:
    # when
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]
    built = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    # then
    assert built.returncode == 0, built.stderr
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > len(list((ROOT / "docs").rglob("*.md")))
    fetched = {page.name: FETCHED.findall(page.read_text(encoding="utf-8")) for page in pages}
    assert {name: found for name, found in fetched.items() if found} == {}
    assert (tmp_path / "reports" / "figures" / "architecture.svg").is_file()


def test_the_tutorial_leads_from_a_csv_to_a_model_in_production(tmp_path: Path) -> None:
    # given
    scripts = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}"}
    for variable in ("TEXTOPS_REGISTRY", "TEXTOPS_MODEL"):
        environment.pop(variable, None)
    output = ""
    # when
    for kind, content in BLOCK.findall((ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")):
        if kind == "python":
            (tmp_path / "make_tickets.py").write_text(content, encoding="utf-8")
            continue
        for line in content.splitlines():
            finished = subprocess.run(  # noqa: S602 (the lines of our own page, as a shell reads them)
                line.removeprefix("$ "),
                shell=True,
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=300,
                check=False,
            )
            assert finished.returncode == 0, f"{line}\n{finished.stderr}"
            output = finished.stdout
    # then
    assert (tmp_path / "models" / "registry" / "tickets" / "versions" / "1" / "model.onnx").is_file()
    assert '"label": "delivery"' in output
