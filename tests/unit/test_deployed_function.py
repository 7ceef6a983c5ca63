"""What `invoke function.source` gives Google: entry file, requirements and textops."""

import re
import tarfile
from pathlib import Path

import pytest
from invoke.config import Config
from invoke.context import Context

from automation import cloud_function

ROOT = Path(__file__).resolve().parents[2]
SERVED_WITHOUT = {"torch", "pytorch-lightning", "pandas", "pyarrow", "evidently", "streamlit", "dvc"}


def pins(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[A-Za-z0-9.]+", line) for line in lines), lines
    return dict(line.split("==") for line in lines)


def test_the_function_has_the_versions_of_everything_else() -> None:
    # when
    ours, all_others = pins(cloud_function.REQUIREMENTS), pins(ROOT / "requirements" / "dev.txt")
    # then
    assert {name: all_others[name] for name in ours if name in all_others} == {
        name: version for name, version in ours.items() if name in all_others
    }
    assert {"functions-framework", "gcsfs", "onnxruntime", "orjson"} <= set(ours)
    assert not SERVED_WITHOUT & set(ours)
    assert set(pins(ROOT / "requirements" / "serve.txt")) <= set(ours)


@pytest.mark.slow
def test_google_gets_entry_file_requirements_and_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # given
    monkeypatch.setattr(cloud_function, "SOURCE", tmp_path / "function")
    # when
    # pytest has taken standard input away.
    cloud_function.source(Context(Config(overrides={"run": {"in_stream": False}})))
    # then
    entry, requirements, package = sorted((tmp_path / "function").iterdir())
    assert (entry.name, requirements.name) == ("main.py", "requirements.txt")
    assert requirements.read_text().endswith(f"\n./{package.name}\n")
    with tarfile.open(package) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"src/textops/serving/cloud_function.py", "src/textops/text/kernel.c", "hatch_build.py"} <= names
    assert not [name for name in names if name.endswith(".so") or name.startswith(("tests", "data", "outputs"))]
