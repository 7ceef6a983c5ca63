"""The diagram is drawn from its source, and is the one that the source asks for."""

from pathlib import Path

import pytest

from automation.diagram import draw_diagram, is_up_to_date
from textops.errors import ConfigurationError


def test_the_drawing_in_the_repository_is_up_to_date() -> None:
    assert is_up_to_date(), "run invoke diagram"


@pytest.mark.slow
def test_a_changed_source_makes_the_drawing_old(tmp_path: Path) -> None:
    # given
    source = tmp_path / "some.dot"
    source.write_text("digraph { a -> b }")
    draw_diagram(source, tmp_path)
    assert is_up_to_date(source, tmp_path)
    assert (tmp_path / "architecture.png").read_bytes().startswith(b"\x89PNG")
    # when
    source.write_text("digraph { a -> c }")
    # then
    assert not is_up_to_date(source, tmp_path)


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
