"""The registry under kill -9, with writers that meet, and where writing is forbidden: real processes."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from textops.bundle import verify
from textops.registry import Registry

MakeBundle = Callable[..., Path]

pytestmark = pytest.mark.slow

# The interpreter announces these calls just before it makes them: the place to pull the plug.
KILL_AT = """
import os, signal, sys
event, count = sys.argv[1], int(sys.argv[2])
def killed(name, arguments):
    global count
    if name == event and str(root) in str(arguments):
        count -= 1
        if count == 0:
            os.kill(os.getpid(), signal.SIGKILL)
from textops.registry import Registry
root, bundle = sys.argv[3:5]
registry = Registry(root)
"""
REGISTER = "sys.addaudithook(killed)\nregistry.register(__import__('pathlib').Path(bundle))"
PROMOTE = """
version = registry.find("tiny/2")
after = registry.alias("tiny", "production")
sys.addaudithook(killed)
registry.point(version, "production", after=after)
"""
# All wait for the file that starts the race, so that they meet.
RACE = """
import sys, time
from pathlib import Path
from textops.errors import RegistryError
from textops.registry import Registry
registry, start, argument = Registry(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
print("waiting", flush=True)
while not start.exists():
    time.sleep(0.0005)
"""
# A root without its capabilities is an ordinary owner, to whom a folder without the write bit is closed.
WITHOUT_PRIVILEGES = """
import ctypes, os, sys
from pathlib import Path
if os.geteuid() == 0:
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    assert ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)()) == 0
from textops.errors import RegistryError
from textops.registry import Registry
registry, bundle = Registry(sys.argv[1]), Path(sys.argv[2])
"""


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def race(script: str, registry: Registry, start: Path, arguments: list[object]) -> list[str]:
    """Start one process per argument, let them loose together, return what each printed."""
    command = [sys.executable, "-c", RACE + script, str(registry.root), str(start)]
    runners = [subprocess.Popen([*command, str(argument)], stdout=subprocess.PIPE, text=True) for argument in arguments]
    for runner in runners:
        assert runner.stdout is not None
        assert runner.stdout.readline() == "waiting\n"
    start.touch()
    return [runner.communicate(timeout=60)[0].strip() for runner in runners]


@pytest.fixture
def registry(tmp_path: Path, make_bundle: MakeBundle) -> Registry:
    """Two versions, the first of them in production."""
    registry = Registry(tmp_path / "registry")
    first = registry.register(make_bundle(tmp_path / "first"))
    registry.register(make_bundle(tmp_path / "second"))
    registry.point(first, "production", after=None)
    return registry


@pytest.mark.parametrize(
    ("event", "count"),
    [("tempfile.mkdtemp", 1), ("shutil.copyfile", 1), ("shutil.copyfile", 3), ("open", 9), ("os.rename", 1)],
)
def test_a_kill_while_registering_leaves_a_readable_registry(
    registry: Registry, make_bundle: MakeBundle, tmp_path: Path, event: str, count: int
) -> None:
    third = make_bundle(tmp_path / "third")

    result = run(KILL_AT + REGISTER, event, count, registry.root, third)

    assert result.returncode == -signal.SIGKILL, result.stderr
    assert [version.number for version in registry.versions("tiny")] == [1, 2]
    assert registry.find("tiny").number == 1
    # When the same is tried again, it works.
    version = registry.register(third)
    assert version.number == 3
    verify(version.path)


@pytest.mark.parametrize(
    ("event", "events_after"), [("tempfile.mkstemp", 1), ("os.chmod", 1), ("os.link", 1), ("os.remove", 2)]
)
def test_a_kill_while_promoting_leaves_the_event_whole_or_absent(
    registry: Registry, tmp_path: Path, event: str, events_after: int
) -> None:
    result = run(KILL_AT + PROMOTE, event, 1, registry.root, tmp_path)

    assert result.returncode == -signal.SIGKILL, result.stderr
    assert len(registry.events("tiny")) == events_after
    assert registry.find("tiny").number == events_after
    again = registry.point(registry.find("tiny/2"), "staging", after=None)
    assert again.number == events_after + 1


def test_of_two_that_promote_at_once_one_wins_and_the_other_is_told(registry: Registry, tmp_path: Path) -> None:
    script = """
version, after = registry.find(argument), None
try:
    print("won", registry.point(version, "staging", after=after).number)
except RegistryError as error:
    print("told", error)
"""

    outcomes = sorted(race(script, registry, tmp_path / "start", ["tiny/1", "tiny/2"]))

    assert outcomes[0].startswith("told staging of tiny was moved to version")
    assert outcomes[1] == "won 2"
    assert [event.number for event in registry.events("tiny")] == [1, 2]


def test_writers_of_different_aliases_share_the_log_without_a_gap(registry: Registry, tmp_path: Path) -> None:
    script = """
for number in [1, 2] * 10:
    after = registry.alias("tiny", argument)
    registry.point(registry.find(f"tiny/{number}"), argument, after=after)
print("done")
"""

    outcomes = race(script, registry, tmp_path / "start", ["left", "right"])

    assert outcomes == ["done", "done"]
    events = registry.events("tiny")
    assert [event.number for event in events] == list(range(1, 42))
    for alias in ("left", "right"):
        mine = [event for event in events if event.alias == alias]
        assert [event.previous for event in mine[1:]] == [event.version for event in mine[:-1]]


def test_bundles_registered_at_once_get_a_number_each_and_the_same_one_only_one(
    registry: Registry, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    script = "print(registry.register(Path(argument)).number)"
    third, fourth = make_bundle(tmp_path / "third"), make_bundle(tmp_path / "fourth")

    numbers = race(script, registry, tmp_path / "start", [third, third, fourth])

    assert numbers[0] == numbers[1]
    assert sorted({numbers[0], numbers[2]}) == ["3", "4"]
    assert len(registry.versions("tiny")) == 4


@pytest.mark.parametrize(
    "attempt",
    [
        "registry.register(bundle)",
        'registry.point(registry.find("tiny/2"), "production", after=registry.alias("tiny", "production"))',
    ],
)
def test_a_registry_without_write_permission_is_one_line_and_can_be_read(
    registry: Registry, make_bundle: MakeBundle, tmp_path: Path, attempt: str
) -> None:
    third = make_bundle(tmp_path / "third")
    folders = [tmp_path / "registry/tiny" / folder for folder in ("versions", "events")]
    script = f"""
assert registry.find("tiny").number == 1
try:
    {attempt}
except RegistryError as error:
    print(error)
"""

    for folder in folders:
        folder.chmod(0o555)
    try:
        result = run(WITHOUT_PRIVILEGES + script, registry.root, third)
    finally:
        for folder in folders:
            folder.chmod(0o755)

    assert "cannot write to the registry" in result.stdout, result.stderr
    assert "Permission denied" in result.stdout
    assert result.stdout.count("\n") == 1
    assert len(registry.versions("tiny")) == 2
    assert len(registry.events("tiny")) == 1
