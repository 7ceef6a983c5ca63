"""What stands on staging already, and when it is as good as a candidate."""

from pathlib import Path
from typing import Any

import pytest

from textops.prediction_log.address import parse_address
from textops.prediction_log.database import Database
from textops.registry import Registry, Version
from textops.retraining.plan import RetrainPlan
from textops.retraining.steps import staged_already


@pytest.fixture
def staged(tmp_path: Path, tiny_bundle: Path) -> Version:
    registry = Registry(tmp_path / "registry")
    version = registry.register(tiny_bundle)
    registry.point(version, "staging", after=None)
    return version


def plan_for(tmp_path: Path, **asked: Any) -> RetrainPlan:  # noqa: ANN401 (members of the plan)
    database = Database(parse_address(f"sqlite:///{tmp_path / 'log.sqlite'}"))
    return RetrainPlan(Registry(tmp_path / "registry"), database, **asked)


def test_what_was_trained_on_the_same_data_need_not_be_trained_again(tmp_path: Path, staged: Version) -> None:
    assert staged_already(plan_for(tmp_path), staged.name, staged.manifest.data.fingerprint) == staged
    assert staged_already(plan_for(tmp_path), staged.name, "of other data") is None


@pytest.mark.parametrize(
    "asked", [{"overrides": ("trainer.max_epochs=1",)}, {"every_form": True}, {"from_run": Path("outputs/another")}]
)
def test_whoever_asks_for_another_training_gets_it(tmp_path: Path, staged: Version, asked: dict[str, Any]) -> None:
    assert staged_already(plan_for(tmp_path, **asked), staged.name, staged.manifest.data.fingerprint) is None
