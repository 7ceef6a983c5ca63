import struct
import warnings
from pathlib import Path

import numpy as np

from textops.evaluation.calibration import measure_reliability
from textops.evaluation.figures import DOTS_PER_INCH, draw_reliability_diagram
from textops.inference.probabilities import softmax


def _size_of_png(path: Path) -> tuple[int, int]:
    header = path.read_bytes()[:24]
    assert header.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", header[16:])
    return int(width), int(height)


def test_reliability_diagram_is_drawn_without_a_warning(tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 3, 300)
    logits = generator.normal(size=(300, 3)) * 4
    before, after = (measure_reliability(softmax(logits, temperature), labels) for temperature in (1, 4))

    with warnings.catch_warnings(action="error"):
        draw_reliability_diagram(before, after, tmp_path / "reliability.png")

    width, height = _size_of_png(tmp_path / "reliability.png")
    assert width > height > 3 * DOTS_PER_INCH
