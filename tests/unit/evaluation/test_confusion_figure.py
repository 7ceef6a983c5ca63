import struct
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from textops.evaluation.confusion_figure import draw_confusion, most_confused
from textops.evaluation.figures import DOTS_PER_INCH
from textops.evaluation.metrics import Evaluation, evaluate
from textops.inference.probabilities import softmax


def _evaluation(names: tuple[str, ...], count: int = 200) -> Evaluation:
    generator = np.random.default_rng(0)
    # The last class is absent from the truth.
    labels = generator.integers(0, len(names) - 1, count)
    logits = generator.normal(size=(count, len(names)))
    logits[np.arange(count), labels] += 2
    return evaluate(softmax(logits), labels, names, resamples=10)


def _size_of_png(path: Path) -> tuple[int, int]:
    header = path.read_bytes()[:24]
    assert header.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", header[16:])
    return int(width), int(height)


@pytest.mark.parametrize(
    "names",
    [
        ("real", "fake"),
        tuple(f"talk.politics.group{number}" for number in range(20)),
        tuple(f"class {number}" for number in range(40)),
        tuple(f"class {number}" for number in range(90)),
        ("经济", "Экономика", "$x_1$", "a name that is much longer than any axis of a figure can hold", "|"),
    ],
    ids=["two", "twenty", "forty", "ninety", "scripts"],
)
def test_confusion_matrix_is_drawn_without_a_warning(names: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "figures" / "confusion_matrix.png"

    with warnings.catch_warnings(action="error"):
        draw_confusion(_evaluation(names), path)

    width, height = _size_of_png(path)
    assert min(width, height) > 3 * DOTS_PER_INCH
    assert max(width, height) < 18 * DOTS_PER_INCH
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_more_classes_take_more_room(tmp_path: Path) -> None:
    draw_confusion(_evaluation(("a", "b")), tmp_path / "few.png")
    draw_confusion(_evaluation(tuple("abcdefghijklmnopqrst")), tmp_path / "many.png")

    assert _size_of_png(tmp_path / "many.png") > _size_of_png(tmp_path / "few.png")


def test_same_evaluation_same_bytes(tmp_path: Path) -> None:
    evaluation = _evaluation(("a", "b", "c"))

    for name in ("first.png", "second.png"):
        draw_confusion(evaluation, tmp_path / name)

    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "second.png").read_bytes()


def test_drawing_leaves_no_figure_in_pyplot(tmp_path: Path) -> None:
    draw_confusion(_evaluation(("a", "b")), tmp_path / "drawn.png")

    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


def test_of_a_thousand_classes_the_pairs_that_are_confused_most_make_a_small_picture(tmp_path: Path) -> None:
    evaluation = _evaluation(tuple(f"class {number}" for number in range(1000)), count=3000)

    draw_confusion(evaluation, tmp_path / "pairs.png")

    assert (tmp_path / "pairs.png").stat().st_size < 200_000
    pairs = most_confused(evaluation)
    assert len(pairs) == 25
    assert all(pair.true != pair.predicted for pair in pairs)
    assert [pair.examples for pair in pairs] == sorted((pair.examples for pair in pairs), reverse=True)


def test_where_nothing_is_confused_the_picture_says_so(tmp_path: Path) -> None:
    labels = np.arange(100)

    draw_confusion(evaluate(np.eye(100), labels, tuple(map(str, labels)), resamples=10), tmp_path / "none.png")

    assert (tmp_path / "none.png").is_file()
