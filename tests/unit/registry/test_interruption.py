"""The registry under kill -9, with writers that meet, and where writing is forbidden: real processes."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from textops.bundle import verify
from textops.registry import Registry

if TYPE_CHECKING:
    from tests.unit.registry.conftest import FakeBucket

MakeBundle = Callable[..., Path]

pytestmark = pytest.mark.slow

# Does one thing again and again, each time killed one step later, until it is not killed any more. Everything runs in
# forks: what is killed, and what then looks whether the registry is as before or as after, and tries again.
EVERY_KILL = """
import os, shutil, signal, sys
from pathlib import Path
from textops.bundle import verify
from textops.registry import Registry
from textops.registry.garbage import collect

place, operation, bundle = sys.argv[1], sys.argv[2], Path(sys.argv[3])

def numbers(registry):
    found = registry.versions("tiny")
    for version in found:
        verify(version.path)
    return [version.number for version in found]

def holders(registry):
    return {alias: event.version for alias, event in registry.aliases("tiny").items()}

def state(registry):
    return numbers(registry), holders(registry)

def register(registry):
    assert registry.register(bundle).number == 4

def promote(registry):
    version = registry.find("tiny/2")
    if holders(registry).get("staging") != 2:
        registry.point(version, "staging", after=registry.alias("tiny", "staging"))

def rollback(registry):
    if holders(registry)["production"] == 3:
        registry.rollback("tiny")

def gc(registry):
    collect(registry, "tiny", keep=1, rollbacks=1)

BEFORE = ([1, 2, 3], {"production": 3})
AFTER = {
    register: ([1, 2, 3, 4], {"production": 3}),
    promote: ([1, 2, 3], {"production": 3, "staging": 2}),
    rollback: ([1, 2, 3], {"production": 2}),
    gc: ([2, 3], {"production": 3}),
}
act = globals()[operation]

def ended(work):
    process = os.fork()
    if process == 0:
        try:
            work()
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    status = os.waitpid(process, 0)[1]
    return os.waitstatus_to_exitcode(status)

def check(root, expected):
    found = state(Registry(root))
    assert found in expected, (root, found, expected)

def try_again(root):
    check(root, [BEFORE, AFTER[act]])
    act(Registry(root))
    check(root, [AFTER[act]])

count = 0
while True:
    count += 1
    root = prepared(count)
    def killed():
        die_at(count, root)
        act(Registry(root))
    code = ended(killed)
    if code == 0:
        break
    assert code == -signal.SIGKILL, code
    assert ended(lambda: try_again(root)) == 0
assert ended(lambda: check(root, [AFTER[act]])) == 0
print(count - 1)
"""
# The interpreter announces these calls just before it makes them: the place to pull the plug.
IN_A_FOLDER = """
def prepared(count):
    import shutil
    return str(shutil.copytree(f"{place}/registry", f"{place}/copies/{count}"))

def die_at(count, root):
    import os, signal, sys
    left = count
    def hook(event, arguments):
        nonlocal left
        if event.startswith(("open", "os.", "shutil.", "tempfile.")) and root in str(arguments):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)
"""
# Odd numbers die before a request that writes, even ones when it was carried out: between two of them nothing changes.
IN_A_BUCKET = """
import gcsfs.extended_gcsfs  # once, and not in each fork
from gcsfs.core import GCSFileSystem

def prepared(count):
    return f"{place}/copy{count}"

def die_at(count, root):
    import os, signal
    request, left = GCSFileSystem._request, count
    async def mortal(self, method, *arguments, **options):
        nonlocal left
        for carried_out in (False, True):
            left -= method != "GET"
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            if not carried_out:
                answer = await request(self, method, *arguments, **options)
        return answer
    GCSFileSystem._request = mortal
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
        timeout=120,
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
    return [runner.communicate(timeout=180)[0].strip() for runner in runners]


@pytest.fixture(params=["folder", "bucket"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a registry lies: in a folder, and then in a bucket."""
    if request.param == "folder":
        return str(tmp_path / "registry")
    request.getfixturevalue("bucket")
    return "gs://models/registry"


@pytest.fixture
def registry(tmp_path: Path, make_bundle: MakeBundle) -> Registry:
    """Two versions, the first of them in production."""
    return two_versions(Registry(tmp_path / "registry"), tmp_path, make_bundle)


def two_versions(registry: Registry, folder: Path, make_bundle: MakeBundle) -> Registry:
    first = registry.register(make_bundle(folder / "first"))
    registry.register(make_bundle(folder / "second"))
    registry.point(first, "production", after=None)
    return registry


def three_holders(registry: Registry, folder: Path, make_bundle: MakeBundle) -> None:
    """Register three versions that hold production one after the other."""
    for number in (1, 2, 3):
        version = registry.register(make_bundle(folder / f"bundle{number}"))
        registry.point(version, "production", after=registry.alias("tiny", "production"))


@pytest.mark.parametrize(("operation", "least"), [("register", 15), ("promote", 10), ("rollback", 10), ("gc", 10)])
def test_a_kill_at_any_step_leaves_a_folder_as_before_or_as_after(
    make_bundle: MakeBundle, tmp_path: Path, operation: str, least: int
) -> None:
    # given
    three_holders(Registry(tmp_path / "registry"), tmp_path, make_bundle)
    # when
    result = run(IN_A_FOLDER + EVERY_KILL, tmp_path, operation, make_bundle(tmp_path / "new"))
    # then
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) >= least


@pytest.mark.parametrize(("operation", "least"), [("register", 10), ("promote", 2), ("rollback", 2), ("gc", 10)])
def test_a_kill_at_any_request_leaves_a_bucket_as_before_or_as_after(
    bucket: "FakeBucket", make_bundle: MakeBundle, tmp_path: Path, operation: str, least: int
) -> None:
    # given
    three_holders(Registry("gs://models/base"), tmp_path, make_bundle)
    for key, content in list(bucket.objects.items()):
        for number in range(1, 16):
            bucket.create(key.replace("base/", f"copy{number}/", 1), content, {})
    # when
    result = run(IN_A_BUCKET + EVERY_KILL, "gs://models", operation, make_bundle(tmp_path / "new"))
    # then
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) >= least


def test_of_two_that_promote_at_once_one_wins_and_the_other_is_told(
    root: str, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    registry = two_versions(Registry(root), tmp_path, make_bundle)
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


def test_a_promotion_and_a_garbage_collection_at_once_never_leave_an_alias_without_its_version(
    root: str, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    registry = Registry(root)
    for number in (1, 2):
        registry.register(make_bundle(tmp_path / f"bundle{number}"))
    script = """
from textops.errors import BundleError
from textops.registry.garbage import collect
try:
    if argument == "gc":
        collect(registry, "tiny", keep=1, rollbacks=0)
    else:
        registry.point(registry.find("tiny/1"), "staging", after=None)
except (RegistryError, BundleError) as error:
    print(error)
"""

    race(script, registry, tmp_path / "start", ["gc", "promote"])

    held = registry.alias("tiny", "staging")
    numbers = [version.number for version in registry.versions("tiny")]
    assert numbers == ([2] if held is None else [1, 2])
    for version in registry.versions("tiny"):
        verify(version.path)


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
    root: str, make_bundle: MakeBundle, tmp_path: Path
) -> None:
    registry = two_versions(Registry(root), tmp_path, make_bundle)
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
