"""`textops score` as a process of its own: killed, stopped, shared with others, and on a cluster."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from tests.conftest import Outcome, Terminal
from textops.benchmark.score_run import run

pytestmark = pytest.mark.slow

ROWS, ROWS_AT_ONCE = 20_000, 500
SECONDS = 240
# The command, which keeps what it has done after each part and then waits: it takes seconds however few rows there are,
# so that it can be killed in the middle.
SLOWLY = """
import time
from textops.cli import main
from textops.scoring.work import GrowingOutput

append = GrowingOutput.append

def append_slowly(output, part):
    append(output, part)
    output.commit()
    time.sleep(0.1)

GrowingOutput.append = append_slowly
main()
"""

Command = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Texts of different lengths, a tenth of them blank."""
    path = tmp_path_factory.mktemp("score") / "in.parquet"
    words = ["goal", "chip", "match", "code", "other"]
    texts = [" ".join(words[number * step % 5] for step in range(number % 40)) for number in range(ROWS)]
    parquet.write_table(pa.table({"id": range(ROWS), "text": texts}), path, row_group_size=1_700)
    return path


@pytest.fixture
def command(table: Path, tiny_bundle: Path) -> Command:
    """Start a run; it says nothing but what went wrong and what it did."""

    def start(
        out: Path, *options: str, processes: int = 1, source: Path = table, slowly: bool = False
    ) -> "subprocess.Popen[str]":
        program = ["-c", SLOWLY] if slowly else ["-m", "textops"]
        arguments = [str(source), str(out), "--bundle", str(tiny_bundle), "--processes", str(processes), *options]
        return subprocess.Popen(
            [sys.executable, *program, "score", *arguments, "--batch-size", str(ROWS_AT_ONCE)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    return start


@pytest.fixture(scope="module")
def whole(table: Path, tiny_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What runs write that nobody disturbs, by the ending of their files."""
    written = {}
    for ending in ("parquet", "csv"):
        out = tmp_path_factory.mktemp("whole") / f"out.{ending}"
        arguments = [str(table), str(out), "--bundle", str(tiny_bundle), "--processes", "1"]
        command = [sys.executable, "-m", "textops", "score", *arguments, "--batch-size", str(ROWS_AT_ONCE)]
        subprocess.run(command, check=True, timeout=SECONDS)
        written[ending] = out.read_bytes()
    return written


def rows_kept(out: Path) -> int:
    try:
        state = json.loads((out.parent / f".{out.name}.score" / "state.json").read_text())
    except FileNotFoundError:
        return 0
    return int(state["rows"])


def wait_for_rows(out: Path, process: "subprocess.Popen[str]", more_than: int = 0) -> None:
    deadline = time.monotonic() + SECONDS
    while rows_kept(out) <= more_than:
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.005)


def ended(process: "subprocess.Popen[str]") -> str:
    said, _ = process.communicate(timeout=SECONDS)
    assert process.returncode == 0, said
    return said


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_what_was_killed_goes_on_to_the_same_bytes(
    command: Command, whole: dict[str, bytes], tmp_path: Path, ending: str
) -> None:
    # given: killed twice, with all that it started left alone
    out = tmp_path / f"out.{ending}"
    kept = 0
    for processes in (2, 1):
        process = command(out, processes=processes, slowly=True)
        wait_for_rows(out, process, kept)
        process.kill()
        process.communicate(timeout=SECONDS)
        assert not out.exists()
        kept = rows_kept(out)
        assert 0 < kept < ROWS
    # when
    said = ended(command(out, processes=2))
    # then
    assert f"behind row {kept:,}" in said
    assert f"{ROWS:,} rows" in said
    assert out.read_bytes() == whole[ending]
    assert [entry.name for entry in tmp_path.iterdir()] == [out.name]


def test_what_is_stopped_says_how_to_go_on(command: Command, whole: dict[str, bytes], tmp_path: Path) -> None:
    # given
    out = tmp_path / "out.csv"
    kept = 0
    for number in (signal.SIGINT, signal.SIGTERM):
        process = command(out, processes=2, slowly=True)
        wait_for_rows(out, process, kept)
        # when: as a terminal does, all of them are told
        os.killpg(process.pid, number)
        said, _ = process.communicate(timeout=SECONDS)
        # then
        kept = rows_kept(out)
        assert process.returncode == 128 + number
        assert f"stopped behind row {kept:,}: run the same command again to go on" in said
        assert "Traceback" not in said
        assert not out.exists()
    # and: so it does
    assert ended(command(out))
    assert out.read_bytes() == whole["csv"]


def test_other_arguments_do_not_go_on_with_what_was_begun(
    command: Command, terminal: Terminal, table: Path, tiny_bundle: Path, tmp_path: Path
) -> None:
    # given
    out = tmp_path / "out.csv"
    process = command(out, slowly=True)
    wait_for_rows(out, process)
    process.kill()
    process.communicate(timeout=SECONDS)
    other = tmp_path / "in.parquet"
    parquet.write_table(parquet.read_table(table).slice(1), other)

    def score(source: Path, *options: str) -> Outcome:
        arguments = (str(source), str(out), "--bundle", str(tiny_bundle), "--processes", "1", *options)
        return terminal("score", *arguments, "--batch-size", str(ROWS_AT_ONCE))

    for what, options, source in (
        ("--keep", ("--keep", "id"), table),
        ("the input changed", (), other),
        ("--probabilities", ("--probabilities",), table),
    ):
        # when
        refused = score(source, *options)
        # then
        assert refused.code == 2
        assert "was begun otherwise" in refused.log
        assert what in refused.log
    # and: unless asked to
    assert f"{ROWS - 1:,} rows" in score(other, "--overwrite").output


def test_two_cannot_write_the_same_output(command: Command, tmp_path: Path) -> None:
    # given
    out = tmp_path / "out.csv"
    first = command(out, slowly=True)
    wait_for_rows(out, first)
    # It stays in the middle, however long the other one takes to begin.
    os.killpg(first.pid, signal.SIGSTOP)
    # when
    second = command(out)
    said, _ = second.communicate(timeout=SECONDS)
    os.killpg(first.pid, signal.SIGCONT)
    # then
    assert second.returncode == 2
    assert "is being written by another textops score" in said
    ended(first)


def test_a_process_that_is_killed_ends_the_run_with_one_line(command: Command, tmp_path: Path) -> None:
    # given
    out = tmp_path / "out.csv"
    process = command(out, processes=2, slowly=True)
    wait_for_rows(out, process)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    workers = [int(child) for child in children if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()]
    # when
    os.kill(workers[0], signal.SIGKILL)
    said, _ = process.communicate(timeout=SECONDS)
    # then
    assert process.returncode == 2
    assert "ended with -9" in said
    assert "Traceback" not in said
    assert ended(command(out))


def test_memory_does_not_grow_with_the_input(tiny_bundle: Path, tmp_path: Path) -> None:
    # given: the larger one would not fit into what is allowed; little of it is text, which takes the most time
    peaks = []
    for size in (20, 320):
        path = tmp_path / f"{size}.parquet"
        texts = ["a goal " * 200 + str(number) for number in range(500)]
        part = pa.table({"text": texts, "beside": [text * 9 for text in texts]})
        with parquet.ParquetWriter(path, part.schema) as writer:
            for _ in range(size // 4):
                writer.write_table(part)
        # when
        peaks.append(run(path, tmp_path / "out.parquet", tiny_bundle, {min(os.sched_getaffinity(0))}, watched=True))
    # then
    small, large = (peak.peak_bytes for peak in peaks)
    assert small > 0
    assert part.nbytes * 320 // 4 > 2 * (200 << 20)
    assert large < small + (200 << 20)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A Ray cluster of two nodes with a processor each, on this machine."""
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    from ray.cluster_utils import Cluster

    memory = 100 << 20
    started = Cluster(initialize_head=True, head_node_args={"num_cpus": 1, "object_store_memory": memory})
    try:
        started.add_node(wait=False, num_cpus=1, object_store_memory=memory)
        started.wait_for_nodes(SECONDS)
        yield started.address
    finally:
        started.shutdown()  # type: ignore[no-untyped-call]


def test_a_cluster_of_two_nodes_writes_the_same(
    command: Command, whole: dict[str, bytes], tmp_path: Path, cluster: str
) -> None:
    # when
    said = ended(command(tmp_path / "out.parquet", "--engine", "ray", "--ray-address", cluster, processes=2))
    # then
    assert (tmp_path / "out.parquet").read_bytes() == whole["parquet"]
    assert "2 processes on 2 nodes" in said
    rows = [int(line.rsplit(": ", 1)[1].split()[0].replace(",", "")) for line in said.splitlines() if "Node " in line]
    assert len(rows) == 2
    assert sum(rows) == ROWS


def test_a_cluster_that_is_not_there_is_one_line(command: Command, tmp_path: Path) -> None:
    # when
    process = command(tmp_path / "out.csv", "--engine", "ray", "--ray-address", "127.0.0.1:1")
    said, _ = process.communicate(timeout=SECONDS)
    # then
    assert process.returncode == 2, said
    assert "there is no Ray cluster at 127.0.0.1:1" in said
    assert "Traceback" not in said
