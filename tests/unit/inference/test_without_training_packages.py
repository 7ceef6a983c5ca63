"""What serves works where nothing that trains is installed: the packages are made impossible to import."""

import subprocess
import sys
from pathlib import Path

import pytest

from textops.registry import Registry

pytestmark = pytest.mark.slow

PREAMBLE = """
import sys
ABSENT = {"torch", "pytorch_lightning", "hydra", "pyarrow", "pandas", "matplotlib", "onnx", "sklearn"}
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Absent())
"""
EPILOGUE = """
assert not ABSENT & {name.partition(".")[0] for name in sys.modules}
"""


def run(script: str, *arguments: object) -> str:
    result = subprocess.run(
        [sys.executable, "-c", PREAMBLE + script + EPILOGUE, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_the_packages_are_really_out_of_reach() -> None:
    assert "No module named 'torch'" in run("try:\n    import torch\nexcept ImportError as e:\n    print(e)")


def test_a_predictor_predicts(tiny_bundle: Path) -> None:
    script = """
from textops.inference import Predictor
print(Predictor.load(sys.argv[1]).predict(["a goal"])[0].label)
"""

    assert run(script, tiny_bundle) == "sport"


def test_the_api_answers(tiny_bundle: Path, tmp_path: Path) -> None:
    registry = Registry(tmp_path / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    script = """
from fastapi.testclient import TestClient
from textops.serving.api import create_app
from textops.serving.server import serve
from textops.serving.settings import ServingSettings
with TestClient(create_app(ServingSettings(registry=sys.argv[1]))) as client:
    print(client.post("/predict", json={"text": "new code"}).json()["label"])
"""

    assert run(script, registry.root) == "tech"


def test_the_registry_judges_and_promotes(tiny_bundle: Path, tmp_path: Path) -> None:
    script = """
from pathlib import Path
from textops.inference import Predictor
from textops.registry import Registry, promote
from textops.registry.bounds import GateBounds
from textops.registry.evidence import Evidence, HeldOut, KeptAnswers
registry = Registry(sys.argv[1])
registry.register(Path(sys.argv[2]))
ids, texts, labels = tuple(map(str, range(40))), ("a goal", "new code") * 20, ("sport", "tech") * 20
answers = Predictor.load(sys.argv[2]).predict(texts)
kept = KeptAnswers(ids, tuple(a.label for a in answers), tuple(a.probability for a in answers))
held_out, bounds = HeldOut(ids, texts, labels), GateBounds(calibration_error=0.5)
print(promote(registry, None, "production", held_out, bounds=bounds, evidence=Evidence(kept=lambda: kept)).version)
"""

    assert run(script, tmp_path / "registry", tiny_bundle).splitlines()[-1] == "1"
