"""The page on serving: its settings, its refusals and its endpoints are those of the code."""

import re
from http import HTTPStatus
from pathlib import Path

import pytest

from textops.serving.api import create_app
from textops.serving.settings import ServingSettings
from textops.serving.settings_table import SETTINGS, settings_table

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/serving.md").read_text(encoding="utf-8")
SERVING = ROOT / "src/textops/serving"


def refusals_of_the_code() -> set[tuple[int, str]]:
    """Every status and name that stand together in the code."""
    source = "".join(path.read_text(encoding="utf-8") for path in SERVING.glob("*.py"))
    named = re.findall(r'ProblemError\(\s*HTTPStatus\.(\w+),\s*"(\w+)"', source)
    found = {(HTTPStatus[status].value, name) for status, name in named}
    found |= {(401, name) for name in re.findall(r'_unauthorized\("(\w+)"', source)}
    found |= {(HTTPStatus[status].value, name) for status, name in re.findall(r'HTTPStatus\.(\w+): \("(\w+)"', source)}
    return found


def test_the_table_is_the_one_in_the_page() -> None:
    table = settings_table()

    assert table == (ROOT / "reports/serving_settings.md").read_text(encoding="utf-8"), "run invoke tables"
    assert table in PAGE, "run invoke tables"


def test_every_setting_has_a_row_with_its_meaning() -> None:
    rows = [row.split(" | ") for row in settings_table().splitlines()[2:]]

    assert len(rows) == sum(len(settings.model_fields) for settings in SETTINGS)
    assert all(row[0].startswith("| `TEXTOPS_") and len(row[2]) > 10 for row in rows)


@pytest.mark.parametrize(
    "row",
    [
        "| `TEXTOPS_PORT` | `8000` | Port to listen on; 0 for any free one. |",
        "| `TEXTOPS_LOG_REDACT_NAMES` | `false` | Whether names behind a title (Mr, Dr, Frau) are taken out too. |",
        "| `TEXTOPS_LONG_TEXTS` | `refuse` | What is done with longer texts. One of `refuse`, `cut`. |",
    ],
)
def test_a_row_says_default_meaning_and_choices(row: str) -> None:
    assert row in settings_table().splitlines()


def test_every_refusal_is_explained() -> None:
    rows = re.findall(r"^\| (\d{3}) \| ((?:`\w+`(?:, )?)+) \|", PAGE, re.MULTILINE)
    explained = {(int(status), name) for status, names in rows for name in re.findall(r"\w+", names)}

    assert refusals_of_the_code() - explained == set()
    # Made from what Pydantic says, and from a status that is a variable.
    assert explained - refusals_of_the_code() <= {(422, "invalid_json"), (422, "invalid_body"), (431, "head_too_large")}


def test_every_endpoint_is_named_and_there(tmp_path: Path) -> None:
    paths = create_app(ServingSettings(registry=str(tmp_path))).openapi()["paths"]

    rows = "".join(re.findall(r"^\| `[^|]+\|", PAGE, re.MULTILINE))
    named = set(re.findall(r"(/\w[\w/{}]*)`", rows))
    assert {path for path in paths if not path.startswith("/v2")} == {
        path for path in named if not path.startswith("/v2")
    }
