"""What is typed is told from what cannot be typed."""

import pytest

from automation.typed_commands import check_command
from textops.errors import ConfigurationError


@pytest.mark.parametrize(
    "line",
    [
        "textops train model=lstm trainer.max_epochs=1",
        "textops --log-level DEBUG train",
        "textops drift check --since 24h",
        "textops log --help",
        "textops report model bbc_news@staging --output report # a comment",
        "invoke --list",
        "invoke lint types contracts",
        "invoke gcp.build --until deploy",
        "invoke loadtest --seconds=20",
    ],
)
def test_what_can_be_typed_is_taken(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    check_command(line)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "line",
    [
        "textops nosuch",
        "textops drift chek",
        "textops report model x/1 --output",
        "textops drift check --sinze 24h",
        "textops promote --too production",
        "invoke datapull",
        "invoke loadtest --userz 3",
        "invoke loadtest --seconds",
    ],
)
def test_what_cannot_be_typed_is_refused_in_one_line(line: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_command(line)
    assert str(caught.value).startswith(f"{line}: ")
    assert "\n" not in str(caught.value)
