"""Figures of a search."""

from collections.abc import Callable
from pathlib import Path

import matplotlib.image
import numpy as np
import optuna
import pytest
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from textops.search.figures import draw_history, draw_importances
from textops.search.parallel_coordinates import draw_parallel_coordinates
from textops.search.table import StudyTable, read_study_table

MakeStudy = Callable[..., optuna.Study]
SPACE: dict[str, BaseDistribution] = {
    "model.learning_rate": FloatDistribution(1e-4, 10, log=True),
    "batch_size": CategoricalDistribution([16, 32, 64]),
    "модель": CategoricalDistribution(["новая", "$x$", "搜索"]),
    "слои": IntDistribution(1, 4),
    "one": CategoricalDistribution([f"choice {number}" for number in range(30)]),
    "always": FloatDistribution(1, 1),
}
BLUE, ORANGE = (31, 95, 168), (200, 80, 30)


def pixels(path: Path, colour: tuple[int, int, int]) -> int:
    image = (np.asarray(matplotlib.image.imread(path))[:, :, :3] * 255).round().astype(int)
    return int((np.abs(image - np.array(colour)).max(axis=2) <= 12).sum())


def draw_all(table: StudyTable, importances: dict[str, float], folder: Path) -> dict[str, Path]:
    paths = {name: folder / f"{name}.png" for name in ("history", "importance", "parallel")}
    draw_history(table, paths["history"])
    draw_importances(importances, paths["importance"])
    draw_parallel_coordinates(table, paths["parallel"])
    return paths


def test_trials_of_every_end_are_drawn(make_study: MakeStudy, tmp_path: Path) -> None:
    # given
    study = make_study(SPACE, 25)
    # when
    paths = draw_all(read_study_table(study), {"batch_size": 0.7, "модель": 0.2, "搜索": 0.1}, tmp_path)
    # then
    assert pixels(paths["history"], BLUE) > 500
    assert pixels(paths["history"], ORANGE) > 50
    assert pixels(paths["importance"], BLUE) > 5000
    assert pixels(paths["parallel"], ORANGE) > 500


@pytest.mark.parametrize(
    ("trials", "failed"), [(0, 0.0), (1, 0.0), (3, 1.0)], ids=["no trial", "one trial", "none came through"]
)
def test_little_or_nothing_is_drawn_without_a_warning(
    make_study: MakeStudy, tmp_path: Path, trials: int, failed: float, recwarn: pytest.WarningsRecorder
) -> None:
    # given
    study = make_study({"x": FloatDistribution(0, 1)}, trials, failed=failed, stopped=0.0)
    # when
    paths = draw_all(read_study_table(study), {}, tmp_path)
    # then
    assert all(path.stat().st_size > 1000 for path in paths.values())
    assert not [str(warning.message) for warning in recwarn if "matplotlib" in str(warning.filename)]


def test_a_diverged_trial_does_not_press_the_others_onto_one_line(make_study: MakeStudy, tmp_path: Path) -> None:
    # given
    study = make_study({"x": FloatDistribution(0, 1)}, 20, failed=0.0, stopped=0.0)
    study.tell(study.ask(), 1e6)
    # when
    draw_history(read_study_table(study), tmp_path / "history.png")
    # then: the dots of the others lie apart
    image = np.asarray(matplotlib.image.imread(tmp_path / "history.png"))[:, :, :3]
    rows = np.unique(np.nonzero(np.abs(image * 255 - np.array(BLUE)).max(axis=2) <= 12)[0])
    assert rows.max() - rows.min() > 100


def test_the_same_study_gives_the_same_bytes(make_study: MakeStudy, tmp_path: Path) -> None:
    # given
    table = read_study_table(make_study(SPACE, 8))
    # when
    first, second = (draw_all(table, {"x": 1.0}, tmp_path / name) for name in ("first", "second"))
    # then
    assert all(first[name].read_bytes() == second[name].read_bytes() for name in first)
