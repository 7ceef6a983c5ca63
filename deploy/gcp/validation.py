"""Every file that Google reads, checked without an account: `invoke gcp.validate`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml  # type: ignore[import-untyped]

from deploy.gcp.checked_files import CheckedFile, checked_files
from deploy.gcp.configuration import FOLDER, CloudConfiguration, rendered
from textops.errors import ConfigurationError

# No file may know whose cloud it is in; this stands for anybody's.
SOMEBODY = CloudConfiguration(
    project="some-project", region="some-region1", training=("data=csv", "data.paths=gs://a bucket's/*.csv")
)
FURTHER = {
    "tag": "0123456789abcdef",
    "api_url": "https://api.example.com",
    "drift_url": "https://drift.example.com",
    "database_connection": "some-project:some-region1:textops-log",
}
# Read by us, or by Pulumi, which Google does not see.
OURS = {"configuration.yaml", "prices.yaml", "infrastructure/Pulumi.yaml"}


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file.

    Attributes:
        file: Its path in this folder.
        message: What is wrong, and where.
    """

    file: str
    message: str

    def __str__(self) -> str:
        """One line."""
        return f"deploy/gcp/{self.file}: {' '.join(self.message.split())}"


def validate_all() -> list[Problem]:
    """Check every file of this folder that Google reads.

    Returns:
        What is wrong; nothing if all is well.
    """
    files = checked_files()
    return [*_unknown(files), *(problem for file in files for problem in validate(file))]


def validate(file: CheckedFile) -> list[Problem]:
    """Check one file."""
    name = file.path.relative_to(FOLDER).as_posix()
    try:
        text = text_of(file)
        content = yaml.safe_load(text)
    except (ConfigurationError, OSError, ValueError, yaml.YAMLError) as error:
        return [Problem(name, str(error))]
    return [Problem(name, message) for message in (*file.check(content), *_not_filled(file, text), *_own_names(file))]


def text_of(file: CheckedFile) -> str:
    """Return a file, filled in for somebody."""
    return rendered(file.path, SOMEBODY, **FURTHER) if file.filled else file.path.read_text(encoding="utf-8")


def _unknown(files: tuple[CheckedFile, ...]) -> Iterator[Problem]:
    known = {file.path.relative_to(FOLDER).as_posix() for file in files} | OURS
    for path in sorted(FOLDER.rglob("*.y*ml")):
        name = path.relative_to(FOLDER).as_posix()
        if name not in known:
            yield Problem(name, "nobody checks this file: name who does in deploy/gcp/checked_files.py")


def _not_filled(file: CheckedFile, text: str) -> Iterator[str]:
    if file.filled:
        for match in re.finditer(r"\$\{[^}]*\}", text):
            yield f"{match[0]} is left"


_CONCRETE = re.compile(
    r"projects/(?!\$)[a-z][\w-]+|gs://(?!\$)[\w.-]+|@(?!\$)[a-z][\w-]+\.iam\.|(?!us-docker)\b[a-z-]+\d?-docker\.pkg\.dev/[\w-]+"
)


def _own_names(file: CheckedFile) -> Iterator[str]:
    """Give what names a concrete project, bucket, account or place of images; Google's own images may be named."""
    for line in file.path.read_text(encoding="utf-8").splitlines():
        text = line.split(" #", 1)[0]
        if text.lstrip().startswith("#"):
            continue
        for match in _CONCRETE.finditer(text):
            yield f"{match[0]} names something of somebody's: take it from configuration.yaml"
