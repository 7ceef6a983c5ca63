"""What the processes of a training get and what comes of it, written down by a callback of the tests' own."""

from pathlib import Path
from typing import Any

import torch

WATCH = '''
"""Writes down what a process gets and what comes of it."""

from pathlib import Path

import torch
from pytorch_lightning.callbacks import Callback


class Watch(Callback):
    def __init__(self, folder):
        self.folder = Path(folder)

    def _write(self, trainer, kind, content):
        self.folder.mkdir(exist_ok=True)
        torch.save(content, self.folder / f"{kind}-{trainer.global_rank}-{trainer.global_step}.pt")

    def on_train_batch_start(self, trainer, pl_module, batch, batch_idx):
        self._write(trainer, "rows", batch.rows)
        self._write(trainer, "share", batch.share)

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        gradients = {name: value.grad.to_dense().clone() for name, value in pl_module.named_parameters()}
        self._write(trainer, "gradients", gradients)
'''


def watched(*overrides: str, name: str) -> tuple[str, ...]:
    """Return overrides of a training whose folder has a name, and where it is written down what its processes do."""
    return (*overrides, f"hydra.run.dir={name}", watch(name))


def watch(name: str) -> str:
    """Return the override that has it written down."""
    return f"+callbacks.watch={{_target_: watch.Watch, folder: {name}-seen}}"


def seen(name: str, kind: str, rank: int) -> list[Any]:
    """Return what was written down of each step."""
    files = sorted(Path(f"{name}-seen").glob(f"{kind}-{rank}-*.pt"), key=lambda path: int(path.stem.split("-")[2]))
    return [torch.load(path, weights_only=True) for path in files]
