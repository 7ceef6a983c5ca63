"""The same on a Ray cluster: this process reads and writes, processes on other machines score.

Neither the input nor the output nor the model need lie where the others can see them: all of it travels through Ray.
"""

import os
import socket
import tempfile
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from loguru import logger

from textops.bundle import MANIFEST_FILE, Manifest
from textops.errors import ConfigurationError, ServiceError, TextopsError
from textops.scoring.part import Part
from textops.scoring.part_scorer import PartScorer, ScoredPart, ScoreTask
from textops.scoring.parts import ReadPart

_PARTS_OF_A_SCORER = 2
_TRIES = 5
_SECONDS_TO_LISTEN = 5
_LOOPBACK = frozenset({"localhost", "127.0.0.1"})


class RemoteScorer:
    """A model on some machine of the cluster."""

    def __init__(self, files: list[Any], task: ScoreTask) -> None:
        """Unpack the bundle and load it.

        Args:
            files: A reference to the files of the bundle by name; in a list, so that a scorer that starts once more
                fetches them again.
            task: What is asked.
        """
        import ray

        with tempfile.TemporaryDirectory(prefix="textops-") as folder:
            for name, content in ray.get(files[0]).items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            self._scorer = PartScorer(Path(folder), task)

    def score(self, content: bytes) -> tuple[ScoredPart | TextopsError, str]:
        """Answer the rows of a part; also tell on which node."""
        import ray

        node = ray.get_runtime_context().get_node_id()
        try:
            scored = self._scorer.score(Part.read_from(pa.py_buffer(content)))
        except TextopsError as error:
            return error, node
        return _with_bytes(scored), node


def scored_by_ray(
    parts: Iterator[ReadPart], number: int | None, address: str | None, bundle: Path, task: ScoreTask
) -> Iterator[tuple[ScoredPart, int]]:
    """Score parts on a Ray cluster.

    Args:
        parts: What is read.
        number: How many processes, None for one on each processor of the cluster.
        address: Of the cluster; None for RAY_ADDRESS, or else this machine alone.
        bundle: The model.
        task: What is asked of it.

    Yields:
        The answers to each part in order, and what it reached of the source.

    Raises:
        ConfigurationError: If Ray is not installed, or there is no cluster.
        ServiceError: If the cluster ends.
        TextopsError: If a part cannot be scored.
    """
    ray = _ray()
    with _cluster(ray, address):
        processors = max(1, int(ray.cluster_resources().get("CPU", 1)))
        wanted = min(number or processors, processors)
        nodes = sum(bool(node["Alive"]) for node in ray.nodes())
        logger.info("Scoring on Ray: {:,} processes on {:,} node{}", wanted, nodes, "s" * (nodes != 1))
        try:
            yield from _scored(ray, parts, wanted, bundle, task)
        except ray.exceptions.RayError as error:
            reason = str(error).strip().splitlines()[0]
            raise ServiceError(
                f"the Ray cluster failed ({type(error).__name__}: {reason}): run the same command again to go on, "
                "nothing is lost"
            ) from error


def _scored(
    ray: Any,  # noqa: ANN401 (a module that need not be installed)
    parts: Iterator[ReadPart],
    number: int,
    bundle: Path,
    task: ScoreTask,
) -> Iterator[tuple[ScoredPart, int]]:
    manifest = Manifest.model_validate_json((bundle / MANIFEST_FILE).read_bytes())
    files = ray.put({name: (bundle / name).read_bytes() for name in (MANIFEST_FILE, *manifest.files)})
    # A machine may go away: what it had is done again elsewhere, to the same bytes.
    remote = ray.remote(num_cpus=1, max_restarts=_TRIES, max_task_retries=_TRIES, scheduling_strategy="SPREAD")(
        RemoteScorer
    )
    scorers = [remote.remote([files], task) for _ in range(number)]
    waiting: deque[tuple[Any, int]] = deque()
    per_node: dict[str, int] = {}
    load = [0] * number
    owner: dict[Any, int] = {}

    def finished() -> tuple[ScoredPart, int]:
        answer, reached = waiting.popleft()
        scored, node = ray.get(answer)
        load[owner.pop(answer)] -= 1
        if isinstance(scored, TextopsError):
            raise scored
        per_node[node] = per_node.get(node, 0) + scored.rows
        return scored, reached

    for read in parts:
        while len(waiting) >= _PARTS_OF_A_SCORER * number:
            yield finished()
        scorer = load.index(min(load))
        answer = scorers[scorer].score.remote(read.part.packed().to_pybytes())
        owner[answer] = scorer
        load[scorer] += 1
        waiting.append((answer, read.reached))
    while waiting:
        yield finished()
    for node, rows in sorted(per_node.items()):
        logger.info("Node {}: {:,} rows", node[:8], rows)


@contextmanager
def _cluster(ray: Any, address: str | None) -> Iterator[None]:  # noqa: ANN401 (a module that need not be installed)
    """Join a cluster until the block ends; one of this machine where none is named."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    given = address or os.environ.get("RAY_ADDRESS")
    if given is not None:
        _refuse_silence(given, ray.util.get_node_ip_address())
    try:
        dashboard = {} if given else {"include_dashboard": False}
        ray.init(address=given, log_to_driver=False, logging_level="ERROR", configure_logging=False, **dashboard)
    except (ConnectionError, RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ConfigurationError(f"there is no Ray cluster at {given or 'this machine'}: {reason}") from error
    try:
        yield
    finally:
        ray.shutdown()


def _refuse_silence(address: str, here: str) -> None:
    """Look whether somebody listens: Ray itself tries for minutes.

    Args:
        address: As it was given; what is no host and port is Ray's own affair.
        here: What Ray takes for the address of this machine, and for its loopback too.

    Raises:
        ConfigurationError: If nobody does.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal():
        return
    hosts = (here, host) if host in _LOOPBACK else (host,)
    for each in hosts:
        try:
            socket.create_connection((each, int(port)), _SECONDS_TO_LISTEN).close()
        except OSError as error:
            reason = error.strerror or str(error)
        else:
            return
    raise ConfigurationError(f"there is no Ray cluster at {address} ({reason}): start one, or give its address")


def _ray() -> Any:  # noqa: ANN401 (a module that need not be installed)
    try:
        import ray
    except ModuleNotFoundError as error:
        if error.name != "ray":
            raise
        raise ConfigurationError(
            "--engine ray needs Ray, which is not installed: pip install 'textops[scale]'"
        ) from None
    return ray


def _with_bytes(scored: ScoredPart) -> ScoredPart:
    return replace(scored, content=bytes(memoryview(scored.content)))
