"""Every operator of some steps, with its shapes and its memory: PyTorch's own profiler."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from pytorch_lightning.callbacks import Callback
from pytorch_lightning.profilers import Profiler
from torch.autograd.profiler import record_function
from torch.profiler import ProfilerActivity, profile, schedule, tensorboard_trace_handler

from textops.evaluation.markdown import code, table
from textops.files import shown
from textops.training.profiling.profiler import (
    Batches,
    Phase,
    TrainingProfiler,
    checked_count,
)
from textops.training.profiling.report import tell, tell_lost, title, write_page

_MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Window:
    """Which steps are traced.

    Attributes:
        wait: Steps that are let pass, because the first ones are not like the rest.
        warmup: Steps that are traced and thrown away, because tracing itself starts slowly.
        active: Steps that are kept.
    """

    wait: int
    warmup: int
    active: int

    def within(self, steps: int) -> "Window":
        """Return a window that ends within a number of steps: what is kept goes before what is let pass."""
        # Without any warm-up the first step would be told to take longer than it does.
        least = min(1, self.warmup, max(0, steps - 1))
        active = min(self.active, max(1, steps - least))
        warmup = min(self.warmup, max(0, steps - active))
        return Window(min(self.wait, max(0, steps - active - warmup)), warmup, active)


class OperatorProfiler(TrainingProfiler):
    """Writes a trace for TensorBoard, and the operators that take longest as `<phase>.md`."""

    def __init__(
        self,
        folder: str,
        *,
        wait: int = 5,
        warmup: int = 3,
        active: int = 10,
        top: int = 25,
    ) -> None:
        """Describe what to trace and where to write it.

        Args:
            folder: Folder of the profiles; traces go into its folder `tensorboard`.
            wait: Steps before.
            warmup: Steps whose trace is thrown away.
            active: Steps whose trace is kept.
            top: Operators on a page.

        Raises:
            ConfigurationError: If a setting is not possible.
        """
        self._window = Window(
            checked_count("wait", wait, 0), checked_count("warmup", warmup, 0), checked_count("active", active, 1)
        )
        self._top = checked_count("top", top, 1)
        self._folder = Path(folder)
        self._traces = self._folder / "tensorboard"
        self._phase: Phase = "data"
        self._profile: profile | None = None
        self._left = 0
        self.callbacks = (_Steps(self),)
        self.actions = _NamedActions()

    @contextmanager
    def phase(self, name: Phase) -> Iterator[None]:
        """Trace some steps of the block: batches read, or batches trained on."""
        self._phase = name
        try:
            yield
        finally:
            self.end()

    def read(self, loader: Batches) -> None:
        """Read batches until the window is over; the rest would tell nothing new."""
        self.begin(len(loader))
        for _ in loader:
            self.step()
            if self._left == 0:
                break
        self.end()

    def begin(self, steps: int) -> None:
        """Start to trace, in a phase that will have so many steps."""
        window = self._window.within(steps)
        self._left = window.wait + window.warmup + window.active
        # Its library writes lines of its own to standard error, at a level above all others.
        os.environ.setdefault("KINETO_LOG_LEVEL", "99")
        activities = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] * torch.cuda.is_available())]
        self._profile = profile(
            activities=activities,
            schedule=schedule(wait=window.wait, warmup=window.warmup, active=window.active, repeat=1),
            on_trace_ready=self._write,
            # Without `with_stack`: it keeps names of functions by address only, and ends in a UnicodeDecodeError where
            # one of them is gone (github.com/pytorch/pytorch/issues/136040). The profiler cprofile shows functions.
            record_shapes=True,
            profile_memory=True,
        )
        self._profile.start()

    def step(self) -> None:
        """Go on to the next step."""
        if self._profile is not None:
            self._left -= 1
            self._profile.step()
            if self._left == 0:
                self.end()

    def end(self) -> None:
        """Stop tracing, also in the middle of a window."""
        running, self._profile = self._profile, None
        if running is not None:
            running.stop()

    def _write(self, done: profile) -> None:
        folder = self._traces / self._phase
        try:
            tensorboard_trace_handler(str(folder), worker_name=self._phase, use_gzip=True)(done)
        except (OSError, RuntimeError) as error:
            tell_lost(folder, error)
            return
        write_page(self._folder / f"{self._phase}.md", [title(self._phase), "", *operator_tables(done, self._top)])
        tell(self._phase, ["tensorboard", "--logdir", shown(self._traces)], "torch_tb_profiler")


class _Steps(Callback):
    """Tells the profiler where a step ends."""

    def __init__(self, profiler: OperatorProfiler) -> None:
        self._profiler = profiler

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        steps = int(trainer.num_training_batches)
        if steps:
            self._profiler.begin(steps * max(1, trainer.max_epochs or 1))

    def on_train_batch_end(self, *_: object, **__: object) -> None:
        self._profiler.step()


class _NamedActions(Profiler):
    """Gives the actions of the trainer a name in the trace."""

    def __init__(self) -> None:
        super().__init__()
        self._open: dict[str, Any] = {}

    def start(self, action_name: str) -> None:
        action = record_function(action_name)
        action.__enter__()  # type: ignore[no-untyped-call]
        self._open[action_name] = action

    def stop(self, action_name: str) -> None:
        action = self._open.pop(action_name, None)
        if action is not None:
            action.__exit__(None, None, None)


def operator_tables(done: profile, top: int) -> list[str]:
    """Return the operators that take longest and those that take most memory, as Markdown.

    Args:
        done: What was traced.
        top: Operators in each table.
    """
    averages = list(done.key_averages())
    on_device = any(event.self_device_time_total > 0 for event in averages)
    header = ["own time", "with all it calls", "calls", "memory taken", "operator"]
    if on_device:
        header.insert(1, "own time on the device")

    def rows(events: list[Any]) -> list[list[str]]:
        return [
            [
                f"{event.self_cpu_time_total / 1e3:.2f} ms",
                *([f"{event.self_device_time_total / 1e3:.2f} ms"] * on_device),
                f"{event.cpu_time_total / 1e3:.2f} ms",
                f"{event.count:,}",
                f"{event.self_cpu_memory_usage / _MEBIBYTE:.2f} MiB",
                code(event.key),
            ]
            for event in events[:top]
        ]

    by_time = sorted(averages, key=lambda event: -(event.self_cpu_time_total + event.self_device_time_total))
    by_memory = sorted(averages, key=lambda event: -event.self_cpu_memory_usage)
    return [
        "Own time is that of an operator without the operators it calls; memory is what it took and did not give back.",
        "",
        "## By own time",
        "",
        *table(header, rows(by_time)),
        "",
        "## By memory",
        "",
        *table(header, rows([event for event in by_memory if event.self_cpu_memory_usage > 0])),
    ]
