"""The other processes of a training that several share: one for each device of this machine.

Lightning could start them itself, by running the command line again: there the configuration would be composed
anew, folders would be made twice, and Ctrl-C would leave some behind. Here they get the configuration of the run.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from loguru import logger
from omegaconf import DictConfig, ListConfig

from textops.environment import environment_with
from textops.errors import ConfigurationError
from textops.logs.settings import FILE_VARIABLE, LEVEL_VARIABLE

_RANK = "LOCAL_RANK"
_ADDRESS = {"MASTER_ADDR": "127.0.0.1"}
_SECONDS_BETWEEN_LOOKS = 0.5
# Who has lost a companion hears of it from the network by itself; after so long it does not.
_SECONDS_OF_GRACE = 10.0
_SECONDS_TO_END = 10.0


class Companions:
    """The processes that help this one."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._processes: list[subprocess.Popen[bytes]] = []
        self._ended = threading.Event()

    def start(self, run: Path, *, resume: bool) -> None:
        """Start them on a run whose folder holds the configuration; each takes its place in the group."""
        command = [sys.executable, "-m", "textops.training.companion", str(run.resolve()), *(["--resume"] * resume)]
        for rank in range(1, self.count):
            # What all of them have to say, the first one says.
            environment = {**os.environ, _RANK: str(rank), LEVEL_VARIABLE: "WARNING"}
            environment.pop(FILE_VARIABLE, None)
            # A session of their own: Ctrl-C reaches the first process alone, which stops all of them in step.
            process = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603 (our own command)
            self._processes.append(process)
        if self._processes:
            threading.Thread(target=self._watch, daemon=True).start()

    def failure(self) -> ConfigurationError | None:
        """Tell which ended with an error, None while all is well."""
        for rank, process in enumerate(self._processes, 1):
            if code := process.poll():
                how = f"was killed ({signal.Signals(-code).name})" if code < 0 else "failed: its message stands above"
                return ConfigurationError(f"process {rank} of this training {how}")
        return None

    def failure_soon(self) -> ConfigurationError | None:
        """Wait a moment for what `failure` would tell."""
        deadline = time.monotonic() + _SECONDS_BETWEEN_LOOKS
        while (failure := self.failure()) is None and time.monotonic() < deadline:
            time.sleep(_SECONDS_BETWEEN_LOOKS / 10)
        return failure

    def end(self) -> None:
        """Wait until all have ended, and end those that do not."""
        self._ended.set()
        for process in self._processes:
            try:
                process.wait(_SECONDS_TO_END)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def stop(self) -> None:
        """End all of them now; they write nothing that could be left half written."""
        self._ended.set()
        for process in self._processes:
            process.kill()
        self.end()

    def _watch(self) -> None:
        """End this process when it waits for one that is gone: inside a collective operation it never would."""
        while not self._ended.wait(_SECONDS_BETWEEN_LOOKS):
            if failure := self.failure():
                if not self._ended.wait(_SECONDS_OF_GRACE):
                    logger.error("{}", failure)
                    self.stop()
                    os._exit(ConfigurationError.exit_code)
                return


@contextmanager
def companions(configuration: DictConfig) -> Iterator[Companions]:
    """Make this process the first of a group where the trainer has several devices on this machine.

    Who was started by somebody else (torchrun, SLURM, or as a companion) has a place already and starts nobody.

    Raises:
        ConfigurationError: If one of the companions failed.
    """
    count = 1 if _has_a_place() else _devices(configuration)
    group = Companions(count)
    nodes = int(configuration.trainer.get("num_nodes") or 1)
    if count == 1 and (nodes == 1 or _has_a_place()):
        yield group
        return
    with _environment(nodes):
        try:
            yield group
        except BaseException as error:
            # Who loses a companion hears of it a moment before it has ended.
            failure = group.failure_soon() if isinstance(error, RuntimeError) else None
            group.stop()
            if failure is not None:
                raise failure from error
            raise
        finally:
            group.end()
            if torch.distributed.is_initialized():
                torch.distributed.destroy_process_group()


def is_first_process() -> bool:
    """Tell whether this process writes what a training leaves behind."""
    place = os.environ.get("RANK") or os.environ.get("SLURM_PROCID")
    if place is not None:
        return int(place) == 0
    return int(os.environ.get(_RANK, "0")) == 0 and int(os.environ.get("NODE_RANK", "0")) == 0


def _has_a_place() -> bool:
    return _RANK in os.environ or "SLURM_PROCID" in os.environ


def _devices(configuration: DictConfig) -> int:
    """Count the devices of this machine that the trainer wants."""
    devices = configuration.trainer.get("devices", 1)
    if isinstance(devices, ListConfig):
        return max(1, len(devices))
    if isinstance(devices, int) and devices >= 0:
        return max(1, devices)
    # "auto", -1 and the like: all GPUs, or the one processor.
    on_processor = configuration.trainer.get("accelerator") == "cpu"
    return 1 if on_processor else max(1, torch.cuda.device_count())


@contextmanager
def _environment(nodes: int) -> Iterator[None]:
    """Say in the environment, where Lightning looks, that this is the first process of this machine."""
    if nodes > 1:
        missing = [name for name in ("NODE_RANK", "MASTER_ADDR", "MASTER_PORT") if name not in os.environ]
        if missing:
            raise ConfigurationError(
                f"trainer.num_nodes={nodes} needs {', '.join(missing)} in the environment of each machine: its number "
                "from 0, and address and port of number 0"
            )
        added = {_RANK: "0"}
    else:
        added = {_RANK: "0", **_ADDRESS, "MASTER_PORT": str(_free_port())}
    with environment_with(added):
        yield


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
