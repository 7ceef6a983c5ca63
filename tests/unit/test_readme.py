"""The front page tells the truth."""

import re
import shlex
import sys
from pathlib import Path

import pytest

from automation.report_tables import documents, with_reports
from textops import cli

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_measurements_are_those_that_the_commands_wrote() -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in documents()}
    for path, text in pages.items():
        assert with_reports(text) == text, f"{path.name}: run invoke tables"
        assert text.count("<!-- reports/") == text.count("<!-- end -->")
    assert README.count("<!-- reports/") == 3


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"^\.venv/bin/textops ([^#\n]+)", README, re.MULTILINE))), ids=str.strip
)
def test_every_command_is_one_that_exists(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    verb = shlex.split(command)[0]
    monkeypatch.setattr(sys, "argv", ["textops", verb, "--help"])
    # when
    with pytest.raises(SystemExit) as ending:
        cli.main()
    # then
    assert ending.value.code == 0
    assert f"textops {verb}" in capsys.readouterr().out


def test_every_file_and_every_configuration_it_names_is_there() -> None:
    named = re.findall(r"`((?:configs|reports|src)/[\w./-]+)`", README)
    sources = re.findall(r"^\| `([\w`, ]+)` \|", README, re.MULTILINE)
    assert all((ROOT / path).exists() for path in named)
    for source in ", ".join(sources).replace("`", "").split(", "):
        room = source.rstrip("/")
        assert (ROOT / f"configs/data/{source}.yaml").is_file() or (ROOT / "src/textops" / room).exists(), source


def test_every_picture_and_every_page_that_it_links_is_there() -> None:
    linked = re.findall(r"\]\((?!https?://)([^)#]+)", README)
    assert [path for path in linked if not (ROOT / path).is_file()] == []
    assert len([path for path in linked if path.endswith(".png")]) > 3
