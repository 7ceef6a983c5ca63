"""The registry in a bucket of an emulator that others made, from the command line, in real processes."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

MakeBundle = Callable[..., Path]
Command = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = pytest.mark.slow


@pytest.fixture
def textops(emulator: str, tmp_path: Path) -> Command:
    """Run a command of textops with a registry in the bucket; each test has a folder and a cache of its own."""

    def run(*arguments: object, cache: str = "cache") -> subprocess.CompletedProcess[str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("WANDB_")}
        ours |= {
            "HOME": str(tmp_path),
            "STORAGE_EMULATOR_HOST": emulator,
            "TEXTOPS_REGISTRY": f"gs://models/{tmp_path.name}/registry",
            "TEXTOPS_CACHE": str(tmp_path / cache),
        }
        return subprocess.run(
            [sys.executable, "-m", "textops.cli", *map(str, arguments)],
            env=ours,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


# Puts versions into production without asking the gate, which has a test of its own.
POINT = """
import sys
from pathlib import Path
from textops.registry import Registry

registry = Registry(sys.argv[1])
registry.point(registry.find("tiny/1"), "production", after=None)
for bundle in sys.argv[2:]:
    registry.point(registry.register(Path(bundle)), "production", after=registry.alias("tiny", "production"))
"""


def test_a_model_lives_in_a_bucket_from_registration_to_rollback(
    textops: Command, emulator: str, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    # given
    address = f"gs://models/{tmp_path.name}/registry"
    empty = textops("models")
    assert empty.returncode == 2
    assert "is empty" in empty.stderr
    # when
    first, *others = [make_bundle(tmp_path / f"bundle{each}", temperature=float(each)) for each in (1, 2, 3)]
    registered = textops("register", first)
    assert registered.returncode == 0, registered.stderr
    assert "Registered tiny/1" in registered.stderr
    assert "tiny/1" in textops("models").stdout
    environment = {**os.environ, "STORAGE_EMULATOR_HOST": emulator}
    command = [sys.executable, "-c", POINT, address, *map(str, others)]
    subprocess.run(command, env=environment, check=True, timeout=120)
    # then: another machine, with an empty cache, sees and uses the same
    listed = textops("models", cache="other")
    assert [line.split()[:2] for line in listed.stdout.splitlines() if "tiny/" in line] == [
        ["tiny/1", "-"],
        ["tiny/2", "-"],
        ["tiny/3", "production"],
    ]
    answer = textops("predict", "a late goal in the match", cache="other")
    assert '"label": "sport"' in answer.stdout, answer.stderr
    compared = textops("models", "diff", "tiny/1", "tiny@production", cache="other")
    assert "temperature" in compared.stdout
    # and production goes back with one command, from there too
    back = textops("rollback", "tiny", "--reason", "complaints", cache="other")
    assert back.returncode == 0, back.stderr
    assert "production is version 2 again (was 3)" in back.stderr
    # and garbage goes, but not what production may go back to
    dry = textops("models", "gc", "--keep", 1, "--rollbacks", 0, "--dry-run")
    assert "tiny/1 would be removed" in dry.stderr
    gone = textops("models", "gc", "--keep", 1, "--rollbacks", 0)
    assert "tiny/1 removed" in gone.stderr
    assert "tiny/1" not in textops("models").stdout
    missing = textops("predict", "text", "--model", "tiny/1")
    assert missing.returncode == 2
    assert "removed as garbage" in missing.stderr
    # and nothing was written outside the cache
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundle1", "bundle2", "bundle3", "cache", "other"]


def test_a_bucket_that_is_not_there_is_one_line(textops: Command, emulator: str, tmp_path: Path) -> None:
    assert emulator
    script = "from textops.registry import Registry; Registry('gs://nobody/registry').find()"
    environment = {**os.environ, "STORAGE_EMULATOR_HOST": emulator, "TEXTOPS_CACHE": str(tmp_path)}

    result = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=180, check=False
    )

    assert "cannot read the registry gs://nobody/registry" in result.stderr.splitlines()[-1]
    assert textops("card", "tiny").returncode == 2
