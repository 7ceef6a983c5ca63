"""The API itself as a contender, with everything on: log to SQLite, metrics, ids."""

import shutil
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from textops.benchmark.serving.contender import Contender
from textops.bundle import CARD_FILE, seal, verify
from textops.registry import PRODUCTION, Registry

NAME = "textops /predict"


@dataclass(frozen=True)
class OwnServer:
    """The API with a registry and a prediction log of its own.

    Attributes:
        contender: How it is started and asked.
        registry: Holds two versions that answer alike.
        name: Of the model in it.
        database: Its prediction log.
    """

    contender: Contender
    registry: Registry
    name: str
    database: Path

    def let_answer(self, number: int) -> None:
        """Let the registry name a version."""
        last = self.registry.alias(self.name, PRODUCTION)
        self.registry.point(self.registry.version(self.name, number), PRODUCTION, after=last)

    def rows(self) -> int:
        """Return how many predictions are in the log."""
        if not self.database.exists():
            return 0
        with closing(sqlite3.connect(self.database)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM predictions").fetchone()
            return int(count)

    def missing(self, answered: Path) -> int:
        """Return how many of the ids in a file, one a line, are not in the log."""
        with closing(sqlite3.connect(answered.with_suffix(".sqlite"))) as connection, answered.open("rb") as lines:
            connection.execute("CREATE TABLE answered (id TEXT)")
            ids = ((line.decode("ascii").strip(),) for line in lines)
            connection.executemany("INSERT INTO answered VALUES (?)", ids)
            connection.execute("ATTACH ? AS log", (str(self.database),))
            (count,) = connection.execute(
                "SELECT count(*) FROM answered WHERE id NOT IN (SELECT prediction_id FROM log.predictions)"
            ).fetchone()
            return int(count)


def own_server(bundle: Path, bodies: Path, label: str, folder: Path) -> OwnServer:
    """Make a registry of a bundle, and an API that serves it.

    Args:
        bundle: The bundle; it is not changed.
        bodies: What it is asked with.
        label: What it must answer to the first of them.
        folder: Holds all of it.
    """
    registry = Registry(folder / "registry")
    first = registry.register(bundle)
    registry.point(first, PRODUCTION, after=None)
    # The same model with other words about it: another version, whose answers are the same.
    twin = folder / "twin"
    shutil.copytree(bundle, twin)
    with (twin / CARD_FILE).open("a", encoding="utf-8") as card:
        card.write("\nThe same once more.\n")
    seal(twin, verify(bundle))
    registry.register(twin)
    database = folder / "log.sqlite"
    contender = Contender(
        name=NAME,
        command=(sys.executable, "-m", "textops.serving"),
        bodies=bodies,
        environment={
            "TEXTOPS_REGISTRY": str(registry.root),
            "TEXTOPS_MODEL": first.name,
            "TEXTOPS_PORT": "{port}",
            "TEXTOPS_DATABASE_URL": f"sqlite:///{database}",
            "TEXTOPS_LOG_SPILL": str(folder / "spill"),
            "TEXTOPS_LOG_FILE": "",
        },
        label=label,
        note="log to SQLite, metrics and ids on, all settings at their defaults",
    )
    return OwnServer(contender, registry, first.name, database)
