"""Lightning begins without what torchmetrics takes for other fields, and works as before."""

import json
import subprocess
import sys

import pytest

from textops.lean_torchmetrics import LEFT_OUT, keep_torchmetrics_lean

PROGRAM = """
import json, sys
from textops.lean_torchmetrics import keep_torchmetrics_lean
keep_torchmetrics_lean()
begun = "lightning_utilities" in sys.modules or "torch" in sys.modules
import pytorch_lightning
loaded = sorted({name.partition(".")[0] for name in sys.modules})
import torch
from torchmetrics.classification import MulticlassAccuracy
accuracy = MulticlassAccuracy(2, average="micro")(torch.tensor([0, 1]), torch.tensor([0, 0])).item()
from lightning_utilities.core.imports import RequirementCache, package_available
import matplotlib.axes, scipy.signal
print(json.dumps({
    "begun": begun, "loaded": loaded, "accuracy": accuracy,
    "present": bool(RequirementCache("scipy")) and package_available("matplotlib"),
}))
"""


@pytest.mark.slow
def test_lightning_begins_without_what_nobody_asked_for() -> None:
    # when: in a process of its own, as here all has been loaded
    ended = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)
    found = json.loads(ended.stdout.splitlines()[-1])
    # then
    assert not found["begun"]
    assert not set(LEFT_OUT) & set(found["loaded"])
    assert {"torchmetrics", "pytorch_lightning"} <= set(found["loaded"])
    assert found["accuracy"] == 0.5
    assert found["present"]


def test_asked_twice_it_stands_there_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))

    keep_torchmetrics_lean()
    before = list(sys.meta_path)
    keep_torchmetrics_lean()

    assert sys.meta_path == before
