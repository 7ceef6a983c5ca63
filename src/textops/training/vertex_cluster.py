"""Tells a command its place among the machines of a Vertex AI job.

    python -m textops.training.vertex_cluster textops train trainer=multi_node

Vertex AI describes the machines in `CLUSTER_SPEC`; Lightning wants `MASTER_ADDR`, `MASTER_PORT` and `NODE_RANK`, and
`trainer=multi_node` wants `NUM_NODES`.
"""

import os
import sys
from collections.abc import Mapping
from typing import NoReturn

from loguru import logger
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from textops.errors import ConfigurationError

VARIABLE = "CLUSTER_SPEC"
_FIRST_POOL, _POOLS = "workerpool0", ("workerpool0", "workerpool1")


class _Task(BaseModel):
    model_config = ConfigDict(frozen=True)

    type: str
    index: int = Field(ge=0)


class _Cluster(BaseModel):
    """What Vertex AI says; pools beyond the second take no part in a training of ours."""

    model_config = ConfigDict(frozen=True)

    cluster: dict[str, list[str]]
    task: _Task


def place(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that say which machine this is, of how many, and where the first one listens.

    Args:
        environment: With `CLUSTER_SPEC`.

    Raises:
        ConfigurationError: If it does not say so.
    """
    try:
        described = _Cluster.model_validate_json(environment.get(VARIABLE, ""))
        machines = [(pool, index) for pool in _POOLS for index, _ in enumerate(described.cluster.get(pool, []))]
        rank = machines.index((described.task.type, described.task.index))
        address, port = described.cluster[_FIRST_POOL][0].rsplit(":", 1)
    except (ValidationError, ValueError, KeyError, IndexError) as error:
        raise ConfigurationError(
            f"{VARIABLE} does not tell the machines of a training: Vertex AI sets it in custom jobs; elsewhere set "
            "MASTER_ADDR, MASTER_PORT, NODE_RANK and NUM_NODES yourself"
        ) from error
    return {"MASTER_ADDR": address, "MASTER_PORT": port, "NODE_RANK": str(rank), "NUM_NODES": str(len(machines))}


def main(command: list[str]) -> NoReturn:
    """Become the command, with its place in the environment."""
    if not command:
        logger.error("no command: python -m textops.training.vertex_cluster textops train ...")
        sys.exit(2)
    try:
        here = place(os.environ)
    except ConfigurationError as error:
        logger.error("{}", error)
        sys.exit(error.exit_code)
    logger.info("machine {} of {}", int(here["NODE_RANK"]) + 1, here["NUM_NODES"])
    os.execvpe(command[0], command, {**os.environ, **here})  # noqa: S606 (the command that was asked for)


if __name__ == "__main__":
    main(sys.argv[1:])
