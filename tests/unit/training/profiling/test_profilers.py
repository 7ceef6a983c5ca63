"""Each profiler on a small real training, read back with what people look at it with."""

import gzip
import json
import pstats
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import pytorch_lightning as pl
import snakeviz.stats  # type: ignore[import-untyped]
import torch
from loguru import logger
from omegaconf import DictConfig, OmegaConf

from textops.errors import ConfigurationError
from textops.training.assembly import make_profiler
from textops.training.profiling.profiler import NullProfiler
from textops.training.run import Run
from textops.training.train import train

Composer = Callable[..., DictConfig]
PROFILERS = ("simple", "cprofile", "pytorch")


class FailingCallback(pl.Callback):
    """Breaks a training off in the middle."""

    def on_train_batch_start(self, *_: object, **__: object) -> None:
        raise RuntimeError("in the middle")


def failing(configuration: DictConfig) -> DictConfig:
    OmegaConf.update(configuration, "callbacks.failing", {"_target_": f"{__name__}.FailingCallback"}, force_add=True)
    return configuration


def functions(page: Path) -> list[str]:
    """Return the last column of the first table."""
    first = page.read_text().split("\n## ")[1] if "\n## " in page.read_text() else page.read_text()
    return [line.rsplit(" | ", 1)[1].removesuffix(" |") for line in first.splitlines() if line.startswith("| ")][2:]


@pytest.fixture
def said() -> list[str]:
    """What is logged."""
    lines: list[str] = []
    logger.add(lines.append, format="{level} {message}")
    return lines


@pytest.mark.slow
def test_calls_are_written_for_snakeviz_and_as_a_page(
    compose_small: Composer, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.chdir(tmp_path)
    # when
    train(compose_small("profiler=cprofile", "profiler.top=10", run="run of {me}"))
    # then
    folder = tmp_path / "run of {me}" / "profile"
    expected = {"data": ("prepare", "setup", "read"), "training": ("fit", "training_step", "optimizer_step")}
    for phase, names in expected.items():
        stats = pstats.Stats(str(folder / f"{phase}.prof"))
        seen = {function for _, _, function in snakeviz_functions(stats)}
        assert set(names) <= seen
        page = (folder / f"{phase}.md").read_text()
        assert page.count("\n## By ") == 2
        assert len(functions(folder / f"{phase}.md")) == 10
        assert str(tmp_path) not in page
        assert sys.prefix not in page
        assert any(f"snakeviz 'run of {{me}}/profile/{phase}.prof'" in line for line in said)
    assert "textops/data/prepare.py" in (folder / "data.md").read_text()
    assert "pytorch_lightning/trainer/trainer.py" in (folder / "training.md").read_text()


def snakeviz_functions(stats: pstats.Stats) -> list[tuple[str, str, str]]:
    """Load as snakeviz does, and return file, line and name of each function."""
    rows = snakeviz.stats.table_rows(stats)
    nodes = json.loads(json.dumps(snakeviz.stats.json_stats(stats)))
    assert len(rows) > 100
    assert len(nodes) > 100
    return [match.groups() for row in rows if (match := re.fullmatch(r"(.*):(\d+)\((.*)\)", row[-1]))]  # type: ignore[misc]


@pytest.mark.slow
def test_operators_are_written_for_tensorboard_and_as_a_page(compose_small: Composer, tmp_path: Path) -> None:
    # when
    run = train(compose_small("profiler=pytorch", "batch_size=16", "profiler.active=4"))
    # then
    folder = run.folder / "profile"
    assert "aten::_embedding_bag" in (folder / "training.md").read_text()
    assert any("DataLoader" in name for name in functions(folder / "data.md"))
    assert "MiB" in (folder / "training.md").read_text()
    for phase in ("data", "training"):
        (trace,) = (folder / "tensorboard" / phase).iterdir()
        events = json.loads(gzip.decompress(trace.read_bytes()))["traceEvents"]
        steps = {event["name"] for event in events if str(event.get("name", "")).startswith("ProfilerStep#")}
        assert len(steps) == 4
        assert trace.stat().st_size < 1_000_000
    # TensorBoard's own parser starts processes, which need a program of their own.
    program = tmp_path / "load.py"
    program.write_text(LOAD_AS_TENSORBOARD_DOES)
    outcome = subprocess.run(
        [sys.executable, program, folder / "tensorboard"], capture_output=True, text=True, check=False, timeout=120
    )
    assert outcome.returncode == 0, outcome.stderr
    loaded = json.loads(outcome.stdout)
    assert set(loaded) == {"data", "training"}
    assert {"Overview", "Operator"} <= set(loaded["training"]["views"])
    assert "aten::_embedding_bag" in loaded["training"]["operators"]


LOAD_AS_TENSORBOARD_DOES = """
import json, sys
from pathlib import Path
from torch_tb_profiler import io
from torch_tb_profiler.profiler import RunLoader

if __name__ == "__main__":
    loaded = {}
    for folder in Path(sys.argv[1]).iterdir():
        run = RunLoader(folder.name, str(folder), io.Cache()).load()
        (profile,) = run.profiles.values()
        operators = [row["name"] for row in profile.operation_table_by_name["data"]]
        loaded[folder.name] = {"views": [view.display_name for view in profile.views], "operators": operators}
    print(json.dumps(loaded))
"""


@pytest.mark.slow
def test_actions_of_the_trainer_are_written_as_a_page_and_not_logged(
    compose_small: Composer, said: list[str], tmp_path: Path
) -> None:
    # when
    train(compose_small("profiler=simple"))
    # then
    folder = tmp_path / "run/profile"
    assert functions(folder / "data.md") == ["`read every batch once`"]
    actions = functions(folder / "training.md")
    assert actions[0] == "`run_training_epoch`"
    assert "`run_training_batch`" in actions
    assert not any("Profiler Report" in line for line in said)


@pytest.mark.slow
def test_a_profiler_does_not_change_what_is_learned(compose_small: Composer) -> None:
    # when
    runs = [train(compose_small(f"profiler={name}", run=name)) for name in ("none", *PROFILERS)]
    # then
    first, *others = (run.encoder().state_dict() for run in runs)
    for other in others:
        assert all(torch.equal(value, other[name]) for name, value in first.items())


@pytest.mark.slow
@pytest.mark.parametrize("name", PROFILERS)
def test_what_was_seen_is_written_when_a_training_breaks_off(
    compose_small: Composer, tmp_path: Path, name: str
) -> None:
    # when
    with pytest.raises(RuntimeError, match="in the middle"):
        train(failing(compose_small(f"profiler={name}")))
    # then
    pages = {path.name for path in (tmp_path / "run/profile").glob("*.md")}
    assert "data.md" in pages
    # No step has ended, so that the operators of none are known.
    assert ("training.md" in pages) is (name != "pytorch")


@pytest.mark.slow
@pytest.mark.parametrize("name", PROFILERS)
def test_a_profile_that_cannot_be_written_does_not_lose_the_training(
    compose_small: Composer, said: list[str], tmp_path: Path, name: str
) -> None:
    # given
    (tmp_path / "file").touch()
    # when
    run = train(compose_small(f"profiler={name}", f"profiler.folder={tmp_path}/file/profile"))
    # then
    assert Run.load(run.folder).record == run.record
    errors = [line for line in said if line.startswith("ERROR")]
    assert errors
    assert all("cannot be written" in line and "profiler.folder" in line for line in errors)


def test_without_a_profiler_nothing_is_looked_at(compose_small: Composer, tmp_path: Path) -> None:
    # given
    configuration = compose_small()
    # when
    profiler = make_profiler(configuration)
    # then
    assert isinstance(profiler, NullProfiler)
    # Runs of the time before there were profilers name none.
    assert isinstance(make_profiler(OmegaConf.create()), NullProfiler)
    assert profiler.callbacks == ()
    assert profiler.actions is None
    with profiler.phase("data"):
        profiler.read([])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (("profiler=cprofile", "profiler.top=0"), "profiler.top=0 is not possible: give a whole number from 1 on"),
        (("profiler=simple", "profiler.top=many"), "profiler.top must be a whole number, not 'many'"),
        (("profiler=pytorch", "profiler.active=0"), "profiler.active=0 is not possible"),
        (("profiler=pytorch", "profiler.wait=-1"), "profiler.wait=-1 is not possible: give a whole number from 0 on"),
        (("profiler=pytorch", "profiler.warmup=1.5"), "profiler.warmup must be a whole number, not 1.5"),
        (("profiler=simple", "profiler._target_=builtins.dict"), "profiler makes a dict"),
        (("profiler=simple", "profiler._target_=nothing.at.all"), "profiler cannot be made"),
    ],
)
def test_a_setting_that_is_not_possible_is_one_line(
    compose_small: Composer, overrides: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(message)) as raised:
        make_profiler(compose_small(*overrides))

    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (("profiler=vtune",), "cprofile, none, pytorch, simple"),
        (("profiler=cprofile", "profiler.tip=3"), "profiler.top"),
    ],
)
def test_a_choice_or_key_that_is_not_there_is_answered_with_those_that_are(
    compose_small: Composer, overrides: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        compose_small(*overrides)
