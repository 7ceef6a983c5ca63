"""`textops simulate`: normal traffic, then drifted traffic, against a running service."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from loguru import logger

from textops.errors import ServiceError
from textops.simulation.drift import Drift, drifted_texts, pools_of, usual_texts
from textops.simulation.player import Behaviour, Played, Player
from textops.simulation.pool import LabelledText

NORMAL, DRIFTED = "normal", "drifted"


@dataclass(frozen=True)
class Simulation:
    """What is played.

    Attributes:
        address: URL of the API.
        drift: What changes.
        normal: Requests before it does.
        drifted: Requests after.
        behaviour: How people use the service.
        seed: Of the chance.
        key: API key, None where none is needed.
    """

    address: str
    drift: Drift = field(default_factory=Drift)
    normal: int = 1_000
    drifted: int = 1_000
    behaviour: Behaviour = field(default_factory=Behaviour)
    seed: int = 0
    key: str | None = None


def simulate(
    simulation: Simulation, pool: Sequence[LabelledText], elsewhere: Sequence[LabelledText] | None = None
) -> list[Played]:
    """Play the traffic, and wait until the last label has been sent.

    Args:
        simulation: What is played.
        pool: Held-out texts.
        elsewhere: Texts of another data set, for drift of the source.

    Raises:
        ServiceError: If the service is not there or not ready, or gives no answer at all.
        ConfigurationError: If the drift cannot be played with these texts.
        DataError: If the texts have no times, and drift of the years is asked for.
    """
    played = asyncio.run(_play(simulation, pool, elsewhere))
    if played and all(each.predicted is None for each in played):
        raise ServiceError(f"{simulation.address} gave no answer: {played[-1].problem}")
    return played


async def _play(
    simulation: Simulation, pool: Sequence[LabelledText], elsewhere: Sequence[LabelledText] | None
) -> list[Played]:
    pools = pools_of(simulation.drift.kind, pool, elsewhere)
    random = np.random.default_rng(simulation.seed)
    player = Player(simulation.address, simulation.behaviour, random, simulation.key)
    never = asyncio.Event()
    try:
        await player.check()
        labels = asyncio.create_task(player.send_labels())
        _tell(NORMAL, simulation.normal, simulation.behaviour)
        await player.play(usual_texts(pools, random), NORMAL, simulation.normal, never)
        _tell(DRIFTED, simulation.drifted, simulation.behaviour)
        await player.play(drifted_texts(pools, simulation.drift, random), DRIFTED, simulation.drifted, never)
        player.finish()
        await labels
    finally:
        await player.close()
    logger.info("{:,} labels sent, {:,} not taken", player.labels_sent, player.labels_refused)
    return player.played


def _tell(phase: str, requests: int, behaviour: Behaviour) -> None:
    # Nothing else is seen until the end, and a slow rate takes minutes.
    if requests:
        seconds = requests / behaviour.rate
        logger.info("{}: {:,} texts, {:g} a second, take about {:,.0f} s", phase, requests, behaviour.rate, seconds)
