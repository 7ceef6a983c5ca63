"""Lightning begins without what nobody asked for, and works as before."""

import json
import subprocess
import sys

import pytest

from textops.lean_loading import LEFT_OUT, keep_loading_lean

PROGRAM = """
import gc, json, sys
from textops.lean_loading import keep_loading_lean
keep_loading_lean()
begun = "lightning_utilities" in sys.modules or "torch" in sys.modules
passes = [0, 0, 0]
gc.callbacks.append(lambda phase, facts: passes.__setitem__(facts["generation"], passes[facts["generation"]] + 1))
import pytorch_lightning
long_passes = passes[2]
import torch
from lightning_fabric.utilities.cloud_io import _is_dir, get_filesystem
is_folder = _is_dir(get_filesystem("."), ".", strict=True)
loaded = sorted({name.partition(".")[0] for name in sys.modules})
from torchmetrics.classification import MulticlassAccuracy
accuracy = MulticlassAccuracy(2, average="micro")(torch.tensor([0, 1]), torch.tensor([0, 0])).item()
from lightning_utilities.core.imports import RequirementCache, package_available
import matplotlib.axes, scipy.signal
print(json.dumps({
    "begun": begun, "loaded": loaded, "accuracy": accuracy, "is_folder": is_folder,
    "long_passes": long_passes, "collects": gc.isenabled(), "set_aside": gc.get_freeze_count(),
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
    assert not {*LEFT_OUT, "gcsfs"} & set(found["loaded"])
    assert {"torchmetrics", "pytorch_lightning"} <= set(found["loaded"])
    assert found["accuracy"] == 0.5
    assert found["is_folder"]
    assert found["present"]
    # and Python did not look through what was loaded, nor will it
    assert found["long_passes"] == 0
    assert found["set_aside"] > 100_000
    assert found["collects"]


def test_asked_twice_it_stands_there_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))

    keep_loading_lean()
    before = list(sys.meta_path)
    keep_loading_lean()

    assert sys.meta_path == before
