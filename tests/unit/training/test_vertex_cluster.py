import json
import os
import subprocess
import sys

import pytest

from textops.errors import ConfigurationError
from textops.training.vertex_cluster import place

POOLS = {"workerpool0": ["first.internal:2222"], "workerpool1": ["second.internal:2222", "third.internal:2222"]}


def described(pool: str, index: int) -> dict[str, str]:
    return {
        "CLUSTER_SPEC": json.dumps({"cluster": POOLS, "task": {"type": pool, "index": index}, "environment": "cloud"})
    }


@pytest.mark.parametrize(
    ("pool", "index", "rank"), [("workerpool0", 0, "0"), ("workerpool1", 0, "1"), ("workerpool1", 1, "2")]
)
def test_each_machine_learns_its_place(pool: str, index: int, rank: str) -> None:
    assert place(described(pool, index)) == {
        "MASTER_ADDR": "first.internal",
        "MASTER_PORT": "2222",
        "NODE_RANK": rank,
        "NUM_NODES": "3",
    }


@pytest.mark.parametrize(
    "environment",
    [{}, {"CLUSTER_SPEC": "nothing"}, {"CLUSTER_SPEC": '{"cluster": {}}'}, described("workerpool3", 0)],
)
def test_what_does_not_tell_the_machines_is_one_line(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="CLUSTER_SPEC does not tell the machines"):
        place(environment)


@pytest.mark.slow
def test_the_command_finds_its_place_in_the_environment() -> None:
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "textops.training.vertex_cluster",
            "sh",
            "-c",
            'echo "$NODE_RANK of $NUM_NODES"; exit 3',
        ],
        env={**os.environ, **described("workerpool1", 1)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (ended.stdout, ended.returncode) == ("2 of 3\n", 3)
