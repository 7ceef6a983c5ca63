"""The diagram is drawn from its source, and is the one that the source asks for."""

from pathlib import Path

import pytest
from PIL import Image

from automation.diagram import draw_diagram, outdated_drawings
from textops.errors import ConfigurationError


def test_the_drawings_in_the_repository_are_up_to_date() -> None:
    assert outdated_drawings() == [], "run invoke diagram"


@pytest.mark.slow
def test_a_changed_source_makes_both_drawings_old(tmp_path: Path) -> None:
    # given
    source = tmp_path / "some.dot"
    source.write_text("digraph { a -> b }")
    draw_diagram(source, tmp_path)
    assert outdated_drawings(source, tmp_path) == []
    # when
    source.write_text("digraph { a -> c }")
    # then
    assert outdated_drawings(source, tmp_path) == ["architecture.svg", "architecture.png"]


@pytest.mark.slow
def test_a_picture_that_was_left_behind_is_noticed(tmp_path: Path) -> None:
    # given the picture of an earlier source beside the vectors of this one
    source = tmp_path / "some.dot"
    source.write_text("digraph { a -> b }")
    draw_diagram(source, tmp_path)
    earlier = (tmp_path / "architecture.png").read_bytes()
    source.write_text("digraph { a -> c }")
    draw_diagram(source, tmp_path)
    # when
    (tmp_path / "architecture.png").write_bytes(earlier)
    # then
    assert outdated_drawings(source, tmp_path) == ["architecture.png"]


@pytest.mark.slow
def test_the_picture_says_what_it_was_made_from_and_can_still_be_seen(tmp_path: Path) -> None:
    # given
    source = tmp_path / "some.dot"
    source.write_text("digraph { a -> b }")
    # when
    draw_diagram(source, tmp_path)
    # then
    with Image.open(tmp_path / "architecture.png") as picture:
        picture.load()
        assert picture.text["Comment"].startswith("made from architecture.dot ")  # type: ignore[attr-defined]


@pytest.mark.slow
def test_a_source_that_graphviz_cannot_read_is_told_in_one_line(tmp_path: Path) -> None:
    # given
    source = tmp_path / "broken.dot"
    source.write_text("digraph { a -> ")
    # then
    with pytest.raises(ConfigurationError, match=r"Graphviz cannot draw broken\.dot: .*syntax error"):
        draw_diagram(source, tmp_path)


def test_without_graphviz_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match="apt-get install graphviz"):
        draw_diagram(folder=tmp_path)
