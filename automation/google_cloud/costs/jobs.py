"""What one training at Vertex AI costs: its machines and accelerators, as its file says them."""

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from automation.google_cloud.costs.prices import Prices
from textops.errors import ConfigurationError
from textops.frozen import Frozen


class Job(Frozen):
    """One file of a Vertex AI job.

    Attributes:
        name: Name of the file.
        machines: Type of each machine, and how many of it.
        accelerators: Type of each accelerator, and how many of it.
        trials: How many trials it has, 1 where it is no search.
    """

    name: str
    machines: tuple[tuple[str, int], ...]
    accelerators: tuple[tuple[str, int], ...]
    trials: int = 1

    def hourly(self, prices: Prices) -> float:
        """Return the dollars of an hour of one trial.

        Raises:
            ConfigurationError: If a price is not known.
        """
        return sum(prices[f"vertex_{kind}"].cost(count) for kind, count in (*self.machines, *self.accelerators))

    @property
    def parts(self) -> str:
        """What it takes, in words."""
        return ", ".join(f"{count} x {kind}" for kind, count in (*self.machines, *self.accelerators))


def read_job(path: Path) -> Job:
    """Read what a job takes.

    Raises:
        ConfigurationError: If the file is not there, or does not say it.
    """
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        specification = document.get("trialJobSpec", document)
        pools: list[dict[str, Any]] = specification["workerPoolSpecs"]
        counts = [int(pool.get("replicaCount", 1)) for pool in pools]
        machines = [pool["machineSpec"] for pool in pools]
        return Job(
            name=path.stem,
            machines=tuple((machine["machineType"], count) for machine, count in zip(machines, counts, strict=True)),
            accelerators=tuple(
                (machine["acceleratorType"], count * int(machine.get("acceleratorCount", 1)))
                for machine, count in zip(machines, counts, strict=True)
                if "acceleratorType" in machine
            ),
            trials=int(document.get("maxTrialCount", 1)),
        )
    except OSError as error:
        raise ConfigurationError(f"{path.name} cannot be read: restore it from the repository") from error
    except (yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{path.name} does not say what a job takes: {error}") from error
