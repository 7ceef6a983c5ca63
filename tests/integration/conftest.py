"""A PostgreSQL server of the tests' own."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


class PostgresServer:
    """A server on a free port, with its data in a folder; can be stopped and brought back.

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
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
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
        subprocess.run([str(self._programs / "createdb"), *arguments], check=True, timeout=60)
        return self.address(name)

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._prefix, str(self._programs / program), "-D", f"{self._folder}/data", *arguments]
        subprocess.run(command, check=True, cwd=self._folder, stdout=subprocess.DEVNULL, timeout=60)


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
