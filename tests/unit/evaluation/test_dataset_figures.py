"""The figures of a data set can be read."""

from pathlib import Path

import matplotlib.image
import numpy as np
import pytest
from matplotlib.figure import Figure

from textops.data.configuration import read_configuration
from textops.data.dataset import Dataset
from textops.data.prepare import prepare
from textops.evaluation import dataset_figures
from textops.evaluation.dataset_figures import draw_class_counts
from textops.evaluation.figures import RIGHT


def test_no_word_lies_on_a_bar(tmp_path: Path) -> None:
    # given: two classes of one size, whose bars fill the figure
    rows = [f"text {number} of {('a', 'b')[number % 2]},{('a', 'b')[number % 2]}" for number in range(200)]
    (tmp_path / "rows.csv").write_text("\n".join(["text,label", *rows]))
    source = {"name": "two", "paths": str(tmp_path / "rows.csv"), "text_columns": ["text"], "label_column": "label"}
    prepare(read_configuration(source), tmp_path / "prepared")
    # when
    draw_class_counts(Dataset.load(tmp_path / "prepared").manifest, tmp_path / "classes.png")
    # then: each of the two bars of the training split is as wide in all of its rows, as nothing lies on it
    picture = (matplotlib.image.imread(tmp_path / "classes.png")[:, :, :3] * 255).round().astype(int)
    bar = np.array([int(RIGHT[place : place + 2], 16) for place in (1, 3, 5)])
    coloured = (np.abs(picture - bar).max(axis=2) <= 2).sum(axis=1)
    # Rows without a bar, such as that of the legend, hold little of its colour.
    widths = coloured[coloured > picture.shape[1] // 4]
    assert len(widths) > 50
    assert len(set(widths.tolist())) <= 2


def test_lengths_are_written_as_people_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given: texts of almost one length
    rows = [f"{'word ' * (20 + number % 9)}{number},{('a', 'b')[number % 2]}" for number in range(200)]
    (tmp_path / "rows.csv").write_text("\n".join(["text,label", *rows]))
    source = {"name": "two", "paths": str(tmp_path / "rows.csv"), "text_columns": ["text"], "label_column": "label"}
    prepare(read_configuration(source), tmp_path / "prepared")
    written: list[str] = []

    def look(figure: Figure, _path: Path) -> None:
        figure.canvas.draw()
        (axes,) = figure.axes
        written.extend(label.get_text() for label in axes.get_xticklabels(which="both"))

    monkeypatch.setattr(dataset_figures, "save_figure", look)
    # when
    dataset_figures.draw_text_lengths(Dataset.load(tmp_path / "prepared"), tmp_path / "lengths.png")
    # then
    shown = [label for label in written if label]
    assert shown
    assert [label for label in shown if not label.replace(",", "").isdigit()] == []
