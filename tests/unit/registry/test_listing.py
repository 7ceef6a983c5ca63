from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from textops.errors import RegistryError
from textops.registry import Registry
from textops.registry.listing import versions_table


def lines(registry: Registry, name: str | None = None) -> list[str]:
    output = StringIO()
    Console(file=output, width=200).print(versions_table(registry, name))
    return output.getvalue().splitlines()


@pytest.fixture
def registry(tmp_path: Path, tiny_bundle: Path) -> Registry:
    """Two models, one of them in production."""
    registry = Registry(tmp_path / "registry")
    registry.point(registry.register(tiny_bundle), "production", after=None)
    registry.register(tiny_bundle, "other")
    return registry


def test_every_version_has_a_line_with_its_aliases_and_figures(registry: Registry) -> None:
    rows = [line for line in lines(registry) if "0.900 [0.850, 0.950]" in line]

    assert len(rows) == 2
    assert "other" in rows[0]
    assert "production" not in rows[0]
    assert "tiny" in rows[1]
    assert "production" in rows[1]
    assert rows[1].count("not measured") == 2


def test_one_model_can_be_listed_alone(registry: Registry) -> None:
    text = "\n".join(lines(registry, "other"))

    assert "other" in text
    assert "production" not in text


def test_nothing_to_list_says_what_to_type(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="textops demo"):
        versions_table(Registry(tmp_path / "empty"))
    with pytest.raises(RegistryError, match="holds no model unknown: there is other, tiny"):
        versions_table(registry, "unknown")


def test_a_damaged_version_does_not_hide_the_others(registry: Registry) -> None:
    # given
    (registry.version("other", 1).path / "bundle.json").write_text("{")
    # when
    damaged, sound = (line for line in lines(registry) if "/1" in line)
    # then
    assert "other/1" in damaged
    assert "damaged" in damaged
    assert "0.900" in sound


@pytest.mark.parametrize("name", ["[/registry]", "[red]", "[bold"])
def test_a_registry_may_lie_in_a_folder_of_any_name(tmp_path: Path, tiny_bundle: Path, name: str) -> None:
    # given
    registry = Registry(tmp_path / name)
    registry.register(tiny_bundle)
    # when
    shown = "".join(lines(registry))
    # then
    assert name in shown
