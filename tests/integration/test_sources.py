"""Data from where they really are: a PostgreSQL server and a bucket of an emulator, from the command line."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Protocol

import fsspec  # type: ignore[import-untyped]
import pytest
from sqlalchemy import create_engine, text

from textops.data.configuration import SqlConfiguration
from textops.data.database_query import query_file
from textops.errors import DataError

Command = Callable[..., subprocess.CompletedProcess[str]]
WORDS = ("harbour", "lantern", "meadow", "cinder", "willow", "gravel", "thimble")

pytestmark = pytest.mark.slow


class Server(Protocol):
    """What the fixture `postgresql` gives."""

    def make_database(self, name: str) -> str: ...


def texts(count: int) -> list[str]:
    return [f"{WORDS[number % 7]} {WORDS[number % 5]} number {number} of {number * 31 % 97}" for number in range(count)]


@pytest.fixture
def textops(tmp_path: Path) -> Command:
    """Run a command of textops in a folder of the test's own, with a cache of its own."""

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        own = {**os.environ, "HOME": str(tmp_path), "TEXTOPS_CACHE": str(tmp_path / "cache"), **environment}
        command = [sys.executable, "-m", "textops.cli", *map(str, arguments)]
        return subprocess.run(command, env=own, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)

    return run


def test_rows_of_postgresql_become_a_data_set_and_the_password_is_nowhere(
    postgresql: Server, textops: Command, tmp_path: Path
) -> None:
    # given a table with more rows than one batch, a column of JSON and one of times
    address = postgresql.make_database("shop")
    engine = create_engine(address.replace("postgresql://", "postgresql+pg8000://"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE reviews (id int, body text, stars int, more jsonb, at timestamptz)"))
        rows = [{"id": number, "body": body, "stars": number % 2} for number, body in enumerate(texts(2500))]
        insert = "INSERT INTO reviews VALUES (:id, :body, :stars, '{\"a\": [1]}', '2024-01-01 12:00:00+02')"
        connection.execute(text(insert), rows)
    engine.dispose()

    # when
    with_password = address.replace("ann@", "ann:hunter2@")
    query = "SELECT body, stars, more, at::text AS at FROM reviews WHERE body LIKE '%number%' ORDER BY id"
    done = textops(
        "prepare",
        "data=sql",
        "data.name=shop",
        "data.sql.url=env:SHOP",
        f'data.sql.query="{query}"',
        "data.text_columns=[body]",
        "data.label_column=stars",
        "data.timestamp_column=at",
        SHOP=with_password,
    )

    # then
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "data/processed/shop/dataset.json").read_text())
    assert manifest["validation"]["rows"] == 2500
    assert manifest["validation"]["noted"] == {}
    assert "ann:***@127.0.0.1" in done.stderr
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"hunter2" in path.read_bytes() for path in written)
    assert "hunter2" not in done.stderr + done.stdout


def test_many_rows_go_through_a_cursor_of_the_server(postgresql: Server) -> None:
    # given a query whose rows would take 400 MB at once
    address = postgresql.make_database("large")
    query = "SELECT repeat('x', 1600) AS body, n AS id FROM generate_series(1, 250000) AS n"
    script = (
        "import resource, sys; from textops.data.configuration import SqlConfiguration as S; "
        "from textops.data.database_query import query_file\n"
        "import pyarrow, sqlalchemy, pg8000, numpy; from pyarrow import parquet\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "with query_file(S(url=sys.argv[1], query=sys.argv[2])) as file:\n"
        "    rows = parquet.read_metadata(file.path).num_rows\n"
        "print(rows, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, address, query], capture_output=True, text=True, timeout=300, check=True
    )

    rows, megabytes = map(int, done.stdout.split())
    assert rows == 250_000
    assert megabytes < 150


def test_a_query_may_not_write(postgresql: Server) -> None:
    address = postgresql.make_database("readonly")
    engine = create_engine(address.replace("postgresql://", "postgresql+pg8000://"))
    with engine.begin() as connection:
        connection.execute(text("CREATE SEQUENCE numbers"))
    engine.dispose()
    query = "SELECT nextval('numbers') AS number"

    with (
        pytest.raises(DataError, match="read-only"),
        query_file(SqlConfiguration(url=address, query=query)),
    ):
        pass


def test_a_bucket_is_read_by_file_folder_glob_and_archive(
    emulator: str, textops: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given the same rows in two files of a bucket, and both in an archive beside it
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", emulator)
    store = fsspec.filesystem("gs", token="anon", skip_instance_cache=True)  # noqa: S106 - of nobody
    lines = [f"{body},{'ab'[number % 2]}" for number, body in enumerate(texts(80))]
    parts = {
        "one.csv": "\n".join(["text,label", *lines[:40]]),
        "deep/two.csv": "\n".join(["text,label", *lines[40:]]),
    }
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            store.pipe_file(f"models/reviews/{name}", content.encode())
            archive.writestr(name, content)
    store.pipe_file("models/reviews.zip", packed.getvalue())

    # when
    for number, path in enumerate(("reviews", "reviews/**/*.csv", "reviews.zip")):
        done = textops(
            "prepare",
            "data=csv",
            f"data.name=bucket{number}",
            f"data.paths=gs://models/{path}",
            "data.text_columns=[text]",
            "data.label_column=label",
            STORAGE_EMULATOR_HOST=emulator,
        )
        # then
        assert done.returncode == 0, done.stderr
        manifest = json.loads((tmp_path / f"data/processed/bucket{number}/dataset.json").read_text())
        assert manifest["validation"]["rows"] == 80
    missing = textops(
        "prepare",
        "data=csv",
        "data.paths=gs://models/nowhere.csv",
        "data.text_columns=[text]",
        "data.label_column=label",
        STORAGE_EMULATOR_HOST=emulator,
    )
    assert missing.returncode == 2
    assert missing.stderr.count("\n") == 1
    assert "gs://models/nowhere.csv cannot be fetched" in missing.stderr
