"""The page on promotion: its checks, their order, its settings and defaults are those of the code."""

import re
from pathlib import Path

import pytest

from textops.registry.dispatch import DispatchSettings
from textops.registry.settings import RegistrySettings

PAGE = (Path(__file__).parents[2] / "docs/promotion.md").read_text(encoding="utf-8")
DEFAULTS = {name: default.strip(" `") for name, default in re.findall(r"\| `TEXTOPS_(\w+)` \|([^|]*)\|", PAGE)}


def test_every_setting_is_named() -> None:
    fields = [*RegistrySettings.model_fields, *DispatchSettings.model_fields]

    assert sorted(DEFAULTS) == sorted(name.upper() for name in fields if name != "registry")


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_default_is_the_one_in_force(name: str) -> None:
    field = (RegistrySettings.model_fields | DispatchSettings.model_fields)[name.lower()]

    said = DEFAULTS[name]

    if isinstance(field.default, bool):
        assert said == str(field.default).lower()
    elif isinstance(field.default, int | float):
        assert float(said) == field.default
    else:
        assert said == (field.default or "")


def test_the_checks_stand_in_the_order_in_which_they_are_asked() -> None:
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", PAGE.partition("## What it looks like")[0], re.MULTILINE)
    shown = [name for row in rows for name in re.findall(r"\w+", row)]

    assert shown == [
        "hashes",
        "parity",
        "answers",
        "classes",
        "accuracy",
        "baseline",
        "calibration",
        "latency",
        "memory",
        "behaviour",
    ]
    asked = re.findall(r"gate passed (\w+)", PAGE)
    assert asked == [name for name in shown if name in asked]
