"""Servers of the tests' own: PostgreSQL, and the API in processes of its own."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest

from tests.integration.ports import free_port
from tests.integration.watching import WATCH

# The machine may be busy with other tests.
_SECONDS_TO_START = 120
_SECONDS_TO_ANSWER = 30
# Who asks this machine again and again need not read the certificates of the world each time.
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


class PostgresServer:
    """A server on a port of its own, with its data in a folder; can be stopped and brought back.

    Attributes:
        port: Where it listens.
    """

    def __init__(self, folder: str) -> None:
        """Make the server's data; it does not run yet."""
        self._folder = folder
        self._programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
        self._prefix: list[str] = []
        if os.getuid() == 0:
            # It refuses to run as root.
            shutil.chown(folder, "nobody", "nogroup")
            self._prefix = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
        # Also where it is stopped for a while, nobody else gets it.
        self.port = free_port()
        self._run("initdb", "-U", "ann", "--auth=trust", "--no-sync", "-E", "UTF8")

    def address(self, database: str = "postgres") -> str:
        """Return the address of a database."""
        return f"postgresql://ann@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self._run("pg_ctl", "-w", "-l", f"{self._folder}/log", "-o", options, "start")

    def stop(self) -> None:
        """Stop as if killed."""
        if Path(self._folder, "data/postmaster.pid").exists():
            self._run("pg_ctl", "-m", "immediate", "stop")

    def make_database(self, name: str) -> str:
        """Make an empty database and return its address."""
        arguments = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "ann", name]
        subprocess.run([str(self._programs / "createdb"), *arguments], check=True, timeout=120)
        return self.address(name)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._prefix, str(self._programs / program), "-D", f"{self._folder}/data", *arguments]
        subprocess.run(command, check=True, cwd=self._folder, stdout=subprocess.DEVNULL, timeout=120)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgresServer]:
    """A server that runs, and may be stopped and started again."""
    # Not below pytest's folder, which nobody else may enter.
    with tempfile.TemporaryDirectory(prefix="textops-database-") as folder:
        server = PostgresServer(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class ApiServer:
    """The API as it runs, spoken to over the loopback.

    Attributes:
        process: Its process; with several workers, that of the supervisor.
        url: Its address.
    """

    def __init__(self, log: Path, environment: Mapping[str, str], script: str | None = None) -> None:
        """Start it, and wait until it listens.

        Args:
            log: File for its log.
            environment: TEXTOPS_* settings; no log of predictions where they name no database.
            script: Python code that is run instead of the module.
        """
        self._log = log
        fixed = {"TEXTOPS_PORT": "0", "TEXTOPS_LOG_JSON": "false", "TEXTOPS_DATABASE_URL": "none"}
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *(["-m", "textops.serving"] if script is None else ["-c", script])],
                env={**os.environ, **fixed, **environment},
                stderr=output,
            )
        self.url = ""
        self.wait_for(lambda: " on http://" in self.log or self.process.poll() is not None, _SECONDS_TO_START)
        found = re.search(r"serving \S+ on (http://\S+)", self.log) or re.search(r" on (http://\S+)", self.log)
        # Nothing where it has ended: its exit code and its log say why.
        self.url = found[1] if found else ""

    @property
    def log(self) -> str:
        """What it has logged."""
        return self._log.read_text(errors="replace")

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    def figures(self) -> dict[str, float]:
        """Return what /metrics says."""
        lines = httpx.get(f"{self.url}/metrics", timeout=_SECONDS_TO_ANSWER, verify=_NO_CERTIFICATES).text.splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in pairs}

    def figure(self, name: str) -> float:
        """Return the sum of all figures of a name, whatever their labels."""
        return sum(value for key, value in self.figures().items() if key == name or key.startswith(f"{name}{{"))

    def workers(self) -> list[int]:
        """Return the processes that it has started."""
        pid = self.process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def resident_bytes(self) -> int:
        """Return how much memory it holds."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def wait_for(self, reached: Callable[[], bool], seconds: float = 60) -> None:
        """Wait until something is so."""
        deadline = time.monotonic() + seconds
        while not reached():
            assert time.monotonic() < deadline, self.log
            time.sleep(0.02)

    def stop(self) -> int:
        """Tell it to end, as an orchestrator does, and return its exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(_SECONDS_TO_ANSWER)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


StartApi = Callable[..., ApiServer]


@pytest.fixture(scope="module")
def start_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartApi]:
    """Start servers of a registry with settings; all are stopped in the end."""
    servers: list[ApiServer] = []

    def start(registry: Path | str, script: str | None = None, **settings: object) -> ApiServer:
        given = {f"TEXTOPS_{name.upper()}": str(value) for name, value in settings.items()}
        log = tmp_path_factory.mktemp("api") / "log"
        servers.append(ApiServer(log, {"TEXTOPS_REGISTRY": str(registry), **given}, script))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def emulator() -> Iterator[str]:
    """Address of a store of buckets; it holds one, `models`."""
    port = free_port()
    program = Path(sys.executable).with_name("gcp-storage-emulator")
    options = ["start", "--host=127.0.0.1", f"--port={port}", "--in-memory", "--default-bucket=models"]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + _SECONDS_TO_START
        while not _answers(port):
            assert process.poll() is None, "the emulator ended"
            assert time.monotonic() < deadline, "the emulator does not answer"
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(_SECONDS_TO_ANSWER)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def watch_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a module that the configuration of a training can name."""
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "watch.py").write_text(WATCH)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "modules"), prepend=os.pathsep)
    monkeypatch.syspath_prepend(tmp_path / "modules")
    monkeypatch.chdir(tmp_path)
    return tmp_path
