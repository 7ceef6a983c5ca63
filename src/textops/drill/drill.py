"""`textops drill`: starts everything, plays the story, shows what happened."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from loguru import logger

from textops.drill.alerting import alerting, alerting_programs
from textops.drill.story import NORMAL, RECOVERED, Plot, Story, in_words
from textops.drill.timeline import DrillRecord
from textops.drill.world import World, make_world
from textops.errors import ConfigurationError, ServiceError
from textops.installation import configuration_folder
from textops.program import running, textops, wait_until_ready
from textops.simulation.player import Played
from textops.simulation.summary import summarize

_START_SECONDS = 60.0
_LAST = 500
_MIN_LABELS = 400
_WINDOW_SHARE = 0.2
# A fifth of a small past is a small test set: 200 texts tell no loss of fewer points.
_GATE_TOLERANCE = 0.05
_OF_THE_CURVE = 50
_CURVE_STEP = 10


@dataclass(frozen=True)
class DrillPlan:
    """What a drill is asked for.

    Attributes:
        folder: Where everything lies; must not exist, or be empty.
        overrides: Which data and which model.
        plot: What is to happen.
    """

    folder: Path
    overrides: tuple[str, ...]
    plot: Plot


def drill(plan: DrillPlan) -> DrillRecord:
    """Play the whole story.

    Raises:
        ConfigurationError: If the folder is not empty.
        ServiceError: If a program does not start, or no other version answers in the end.
        TextopsError: If the model cannot be made.
    """
    folder = plan.folder.resolve()
    if folder.exists() and any(folder.iterdir()):
        raise ConfigurationError(f"{plan.folder} is not empty: give another folder, or remove it")
    folder.mkdir(parents=True, exist_ok=True)
    started, begun = datetime.now(UTC), time.perf_counter()
    world = make_world(folder, plan.overrides)
    with _stage(world) as (api, drift, alerts):
        prepared = time.perf_counter()
        logger.info("the API is at {}, the drift service at {}; alerts by {}", api, drift, alerts)
        story = Story(world, plan.plot, api, drift)
        asyncio.run(_told(story))
    played = sorted(story.player.played, key=lambda each: each.sent)
    return DrillRecord(
        data=world.version.name,
        drift=in_words(plan.plot.drift),
        alerting=alerts,
        started=started,
        preparation_seconds=prepared - begun,
        seconds=played[-1].sent - played[0].sent if played else 0.0,
        checks_before=story.checks_before,
        false_alarms=story.false_alarms,
        detected_after=story.detected_after,
        events=tuple(story.events),
        phases=tuple(summarize(played)),
        curve=tuple(_curve(played)),
    )


async def _told(story: Story) -> None:
    """Play, and keep what was seen even where the story does not come to its end."""
    try:
        await story.play()
    except ServiceError as error:
        logger.error("{}", error)


@contextmanager
def _stage(world: World) -> Iterator[tuple[str, str, str]]:
    """Start all programs; give the addresses of API and drift service, and what raises the alert."""
    programs, deploy = alerting_programs(), configuration_folder().parent / "deploy"
    by_alert = programs is not None and deploy.is_dir()
    shared = {
        "TEXTOPS_REGISTRY": str(world.registry),
        "TEXTOPS_DATABASE_URL": f"sqlite:///{world.folder / 'prediction_log.sqlite'}",
        "TEXTOPS_LOG_TEXT": "full",
        "TEXTOPS_LOG_LEVEL": "INFO",
        "TEXTOPS_LOG_JSON": "false",
        "TEXTOPS_LOG_FILE": "",
    }
    api_settings = {"TEXTOPS_RELOAD_SECONDS": "1", "TEXTOPS_LOG_FLUSH_SECONDS": "0.5"}
    drift_settings = {
        "TEXTOPS_DRIFT_LAST": str(_LAST),
        "TEXTOPS_DRIFT_INTERVAL_SECONDS": "1",
        "TEXTOPS_DRIFT_ON_DRIFT": "alert" if by_alert else "retrain",
        "TEXTOPS_DRIFT_RETRAIN_PAUSE_SECONDS": "5",
        "TEXTOPS_GATE_TOLERANCE": str(_GATE_TOLERANCE),
        "TEXTOPS_DRIFT_RETRAIN_ARGUMENTS": (
            f"--to production --no-dispatch --min-labels {_MIN_LABELS} --window-share {_WINDOW_SHARE}"
        ),
    }
    with ExitStack() as stack:
        addresses = []
        for name, command, settings in (
            ("api", textops("serve", "--port", "0"), api_settings),
            ("drift", textops("drift", "serve", "--port", "0"), drift_settings),
        ):
            log = world.folder / f"{name}.log"
            program = stack.enter_context(running(command, log, world.folder, {**shared, **settings}))
            address = program.said(r" on (http://\S+)", _START_SECONDS)
            addresses.append(address)
        api, drift = addresses
        wait_until_ready(api, _START_SECONDS)
        wait_until_ready(drift, _START_SECONDS)
        if programs is None or not by_alert:
            logger.warning(
                "Prometheus, Alertmanager or deploy/ is missing: the drift service itself starts the retraining"
            )
            yield api, drift, "the drift service"
            return
        stack.enter_context(alerting(programs, deploy, world.folder, api, drift))
        yield api, drift, "Prometheus and Alertmanager"


def _curve(played: Sequence[Played]) -> Iterator[tuple[float, float]]:
    """Yield the second of every tenth answer, and the share of the 50 answers up to it that are right."""
    answered = [each for each in played if each.predicted is not None]
    for last in range(_OF_THE_CURVE, len(answered) + 1, _CURVE_STEP):
        part = answered[last - _OF_THE_CURVE : last]
        yield part[-1].sent - played[0].sent, sum(each.is_right for each in part) / len(part)


def shortfalls(record: DrillRecord) -> list[str]:
    """Return what did not go as it must, in words."""
    return record.shortfalls(NORMAL, RECOVERED)
