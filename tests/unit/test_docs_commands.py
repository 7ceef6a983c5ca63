"""Every command that a page shows can be typed, every block can be read, every place that a page names is there."""

import json
import re
import shlex
import subprocess
from fnmatch import fnmatch
from pathlib import Path

import pytest
import torch
import yaml  # type: ignore[import-untyped]

from automation.ci import WORKFLOWS
from automation.typed_commands import check_command
from textops.errors import ConfigurationError
from textops.training.arguments import checked_arguments

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "reports" / "README.md")
    if path.name != "CHANGELOG.md"
)
BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
OURS = re.compile(r"(?:\$ )?(?:[A-Z_]+=\S* )*(?:\.venv/bin/)?((?:textops|invoke) .*)")
# Where one command ends and another, or a file, begins.
END = re.compile(r" (?:&&|\|\||[|<>]|2>) ?| &$|;(?= )")
# Names that stand for what readers put there.
STANDS_FOR = re.compile(r"\.\.\.|\[|\b(?:NAME|VERB)\b")


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def shown_commands(page: str) -> list[str]:
    """Return the lines of a page's blocks that call one of our programs."""
    lines = [line for _, block in BLOCK.findall(text_of(page)) for line in re.sub(r" *\\\n *", " ", block).splitlines()]
    return [END.split(found[1])[0] for line in lines if (found := OURS.match(line.strip()))]


def named_commands(page: str) -> list[str]:
    """Return what a page calls by name inside its sentences."""
    named = re.findall(r"`((?:textops|invoke) [^`\n]+)`", BLOCK.sub("", text_of(page)))
    return [END.split(command)[0] for command in named if not STANDS_FOR.search(command)]


def problem_of(command: str) -> str:
    """Return why a command cannot be typed; nothing where it can."""
    try:
        check_command(command)
    except ConfigurationError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_shown_can_be_typed(page: str) -> None:
    for command in shown_commands(page):
        if not STANDS_FOR.search(command):
            check_command(command)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_named_is_there(page: str) -> None:
    # A verb may be named without what it is given; a group of verbs by itself.
    refused = [problem for command in named_commands(page) if (problem := problem_of(command))]
    assert [each for each in refused if not re.search(r"Missing parameter|Usage: ", each)] == []


def test_the_pages_show_commands() -> None:
    assert sum(len(shown_commands(page)) for page in PAGES) > 200
    assert sum(len(named_commands(page)) for page in PAGES) > 100


@pytest.mark.parametrize("page", PAGES)
def test_every_block_of_a_language_can_be_read(page: str) -> None:
    readers = {"python": lambda text: compile(text, page, "exec"), "yaml": yaml.safe_load, "json": json.loads}
    known = {"", "console", "bash", "sh", *readers}
    for language, block in BLOCK.findall(text_of(page)):
        assert language in known
        if language in readers:
            readers[language](block)


@pytest.mark.parametrize("page", ["docs/requirements.md", "docs/course.md", "reports/README.md"])
def test_every_place_of_a_table_is_there(page: str) -> None:
    # given: what stands in the column of places
    column = 0 if page.startswith("reports") else (1 if "course" in page else 2)
    rows = [re.split(r"(?<!\\) ?\| ?", line)[1:-1] for line in text_of(page).splitlines() if line.startswith("| ")]
    named = [name for row in rows for name in re.findall(r"`([^`]+)`", row[column])]
    # then
    assert len(named) > 8
    roots = (ROOT, ROOT / "src" / "textops", ROOT / "reports", ROOT / "reports" / "benchmarks")
    missing = [
        name
        for name in named
        if not name.startswith(".md") and not name.startswith(".png")
        if not any(list(root.glob(name.replace("NAME", "*").rstrip("/"))) for root in roots)
    ]
    assert missing == []


def test_every_file_of_reports_has_the_command_that_writes_it() -> None:
    # given: `benchmarks/NAME.json`, `.md` means that name with another ending too
    patterns: list[str] = []
    for cell in re.findall(r"^\| (`[^|]+) \|", text_of("reports/README.md"), re.MULTILINE):
        for name in re.findall(r"`([^`]+)`", cell):
            whole = f"{patterns[-1].rpartition('.')[0]}{name}" if re.fullmatch(r"\.\w+", name) else name
            patterns.append(f"{whole}*" if whole.endswith("/") else whole.replace("NAME", "*"))
    listed = subprocess.run(["git", "ls-files", "reports"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607
    files = [name.removeprefix("reports/") for name in listed.split()]
    # then
    assert len(files) > 50
    assert [
        name for name in files if name != "README.md" and not any(fnmatch(name, pattern) for pattern in patterns)
    ] == []


def test_every_component_has_its_row_with_a_command() -> None:
    rows = re.findall(r"^\| (\d+) \|.*\| (.+) \|$", text_of("docs/requirements.md"), re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 22))
    for number, shown in rows:
        assert re.search(r"`(?:textops|invoke|pre-commit|bash|make|curl) ", shown), number


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "reports/README.md"])
def test_every_link_of_a_page_that_the_site_does_not_check_leads_somewhere(page: str) -> None:
    for link in re.findall(r"\]\((?!https?://)([^)]+)\)", text_of(page)):
        path, _, anchor = link.partition("#")
        target = (ROOT / page).parent / path
        assert target.is_file(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", each).lower().replace(" ", "-") for each in headings}, link


def test_every_variable_and_every_workflow_has_its_row() -> None:
    # given
    page = text_of("docs/checks.md")
    files = sorted(WORKFLOWS.glob("*.yaml"))
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    read = set(re.findall(r"\b(?:vars|secrets)\.([A-Z_]+)\b", text))
    # then
    rows = set(re.findall(r"^\| `([\w.-]+)` \|", page, re.MULTILINE))
    assert rows == read | {path.name for path in files}


def test_overrides_that_the_front_page_shows_are_quoted_for_a_shell() -> None:
    for command in shown_commands("README.md"):
        words = shlex.split(command, comments=True)
        assert not [word for word in words if word.startswith(("[", "{"))]


def trainings(page: str) -> list[list[str]]:
    """Return what each training of a page is given, but for those that begin with another run."""
    words = [shlex.split(command, comments=True) for command in (*shown_commands(page), *named_commands(page))]
    return [
        line[2:]
        for line in words
        if line[:2] == ["textops", "train"]
        and not {"--from-run", "--resume"} & {*line}
        # Experiments that `textops init` has written there, and names that stand for others.
        and not any(re.search(r"^experiment=(reviews|articles)$|=[A-Z]+$|\.\.\.", word) for word in line)
    ]


# The page on experiments shows errors too, and has a test of its own.
TRAINING_PAGES = [page for page in PAGES if page != "docs/experiments.md" and trainings(page)]


@pytest.mark.parametrize("page", TRAINING_PAGES)
def test_every_training_composes(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # given: a machine with processors for graphics, which some of them want
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 8)
    # then
    for given in trainings(page):
        assert set(given) <= {*checked_arguments(given)}
