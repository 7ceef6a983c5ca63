import warnings
from pathlib import Path

import pytest

from textops.bootstrap import Interval
from textops.evaluation.robustness import OtherSource, PerturbationFigures, Robustness
from textops.evaluation.robustness_figure import draw_robustness


def robustness(rows: int, others: tuple[str, ...] = ()) -> Robustness:
    accuracy = Interval(0.9, 0.85, 0.95)
    return Robustness(
        examples=100,
        available=200,
        seed=0,
        accuracy=accuracy,
        confidence=0.9,
        perturbations=tuple(
            PerturbationFigures(
                name="typos",
                level=f"{row} %",
                changed=1,
                accuracy=Interval(0.0, 0.0, 0.1) if row % 2 else accuracy,
                difference=Interval(-0.9, -1, -0.8) if row % 2 else Interval(0, 0, 0),
                agreement=0.5,
                confidence=0.5,
            )
            for row in range(rows)
        ),
        others=tuple(
            OtherSource(
                name=name,
                fingerprint="f",
                examples=10,
                seen=0,
                accuracy=accuracy,
                difference=Interval(0, -0.1, 0.1),
                confidence=0.8,
            )
            for name in others
        ),
    )


@pytest.mark.parametrize("others", [(), ("$новости_1$ 经济" * 9,)], ids=["alone", "with a source of any name"])
@pytest.mark.parametrize("rows", [1, 17])
def test_it_is_drawn_without_a_warning_and_alike_each_time(rows: int, others: tuple[str, ...], tmp_path: Path) -> None:
    # given
    measured = robustness(rows, others)
    # when
    with warnings.catch_warnings(action="error"):
        draw_robustness(measured, tmp_path / "first.png")
        draw_robustness(measured, tmp_path / "second.png")
    # then
    first = (tmp_path / "first.png").read_bytes()
    assert first.startswith(b"\x89PNG")
    assert first == (tmp_path / "second.png").read_bytes()


def test_more_rows_take_more_room(tmp_path: Path) -> None:
    # when
    draw_robustness(robustness(2), tmp_path / "few.png")
    draw_robustness(robustness(17), tmp_path / "many.png")
    # then: the height stands in bytes 20 to 24
    few, many = ((tmp_path / name).read_bytes()[20:24] for name in ("few.png", "many.png"))
    assert many > few
