"""What the charts of the drift are drawn from."""

from textops.frontend.drift_charts import MOST_PARTS, bin_rows, feature_rows, features_chart
from textops.monitoring.drift_schemas import Bin
from textops.monitoring.effect import Effect
from textops.monitoring.findings import FeatureDrift


def drift(name: str, score: float | None) -> FeatureDrift:
    effect = None if score is None else Effect(value=score, low=score, high=score)
    return FeatureDrift(name=name, verdict="too few" if score is None else "ok", score=effect)


def test_features_come_by_effect_size_and_those_without_one_are_left_out() -> None:
    rows = feature_rows([drift("a", 0.1), drift("b", None), drift("c", 0.3)])
    assert list(rows["feature"]) == ["c", "a"]
    assert features_chart(rows).to_dict()["height"] > 0


def test_of_thousands_of_classes_those_that_moved_most_are_drawn_in_their_order() -> None:
    # given
    bins = [Bin(name=f"class {number:04}", reference=0.0, window=number / 1e6) for number in range(1_000)]
    # when
    rows = bin_rows(bins)
    # then
    assert list(rows["part"].unique()) == [f"class {number:04}" for number in range(1_000 - MOST_PARTS, 1_000)]
