"""What a training on very many documents would take, from what was measured of few: `reports/many_documents.md`."""

import math
from pathlib import Path

from pydantic import ValidationError

from automation.google_cloud.costs.prices import Prices
from automation.google_cloud.costs.report import dollars
from textops.benchmark.shard_measurements import READING, SHARDING, STREAMING, ShardMeasurements, TrainingTime
from textops.data.sharding import ROWS_PER_SHARD
from textops.errors import ConfigurationError
from textops.evaluation import markdown
from textops.frozen import Frozen

ROOT = Path(__file__).resolve().parents[3]
MEASURED = ROOT / "reports/benchmarks/shards.json"
MACHINE, PROCESSES_OF_A_MACHINE = "e2-standard-8", 8
DOCUMENTS = 1_000_000_000
MACHINES = (1, 4, 16, 64)
# Their gradients are rows of a table, which every process has to send to every other one.
SPARSE = frozenset({"ngram"})
_OPERATIONS_OF_A_SHARD = 3  # listing, properties, content


class Scaling(Frozen):
    """How a step gets longer with the processes that share it; each keeps the documents that it had when measured.

    Attributes:
        model: Its model.
        documents: Of a step, of one process.
        computing: Seconds of a step without the others, reading and tokenizing included.
        exchanging: Seconds that two processes add to it.
    """

    model: str
    documents: float
    computing: float
    exchanging: float

    @classmethod
    def of(cls, alone: TrainingTime, two: TrainingTime) -> "Scaling":
        """Work it out from a training by one process and one by two."""
        documents = two.batch_size / two.processes
        computing = documents * alone.median / 1e6
        return cls(
            model=alone.model,
            documents=documents,
            computing=computing,
            exchanging=max(0.0, two.batch_size * two.median / 1e6 - computing),
        )

    def step(self, processes: int) -> float:
        """Return the seconds of a step.

        What is exchanged grows with all others where gradients are sparse, and else as a ring does: 2 (n - 1) / n.
        """
        growth = processes - 1 if self.model in SPARSE else 2 * (processes - 1) / processes
        return self.computing + self.exchanging * growth

    def rate(self, processes: int) -> float:
        """Return the documents a second of all processes together."""
        return processes * self.documents / self.step(processes)


def read_measurements(path: Path = MEASURED) -> ShardMeasurements:
    """Return what was measured.

    Raises:
        ConfigurationError: If it has not been.
    """
    try:
        return ShardMeasurements.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError) as error:
        raise ConfigurationError(f"{path.name} holds no measurements: run `textops benchmark shards`") from error


def projection(measured: ShardMeasurements, prices: Prices, documents: int = DOCUMENTS) -> str:
    """Return all tables for so many documents."""
    models = [_scaling(measured, model) for model in dict.fromkeys(each.model for each in measured.trainings)]
    opening = (
        f"{documents:,} documents like those of {measured.data} ({measured.sizes.text:,.0f} bytes of text on average), "
        "**on paper**: nobody has trained on so many. Computed by `invoke gcp.costs` from "
        "`reports/benchmarks/shards.json` and `deploy/gcp/prices.yaml` (list prices as known on "
        f"{prices.known}{'' if prices.checked else ', which nobody has compared with the pages of the vendor since'})."
    )
    machines = (
        f"**An epoch** on machines of type `{MACHINE}`, {PROCESSES_OF_A_MACHINE} processes each. A vCPU is taken to be "
        "as fast as a processor here, and the network as fast as between two processes here:"
    )
    header = ["model", "machines", "processes", "documents of a step", "documents a second", "days", prices.currency]
    parts = [
        opening,
        *([measured.warning] if measured.warning else []),
        _table(["size", "a document, bytes", "all, TB"], _sizes(measured, documents)),
        _files(measured, prices, documents),
        _table(["once, on one processor", "documents a second", "hours"], _work(measured, documents)),
        machines,
        _table(header, [row for model in models for row in _epochs(model, prices, documents)]),
        *map(_formula, models),
    ]
    return "\n\n".join(parts) + "\n"


def _table(header: list[str], rows: list[list[str]]) -> str:
    return "\n".join(markdown.table(header, rows))


def _scaling(measured: ShardMeasurements, model: str) -> Scaling:
    return Scaling.of(measured.training(model, 1), measured.training(model, 2))


def _sizes(measured: ShardMeasurements, documents: int) -> list[list[str]]:
    names = {
        "text": "text, UTF-8",
        "prepared": "prepared, Parquet",
        "sharded": "shards, Parquet",
        "tokenized": "tokens, if they were kept",
    }
    sizes = measured.sizes.model_dump()
    return [[name, f"{sizes[key]:,.0f}", f"{sizes[key] * documents / 1e12:,.2f}"] for key, name in names.items()]


def _files(measured: ShardMeasurements, prices: Prices, documents: int) -> str:
    shards = math.ceil(documents / ROWS_PER_SHARD)
    size = measured.sizes.sharded * ROWS_PER_SHARD / 1e6
    stored = prices["storage"].cost(measured.sizes.sharded * documents / 2**30)
    reads = prices["storage_read"].cost(shards * _OPERATIONS_OF_A_SHARD)
    return (
        f"That is {shards:,} shards of {ROWS_PER_SHARD:,} documents and {size:,.0f} MB. In a bucket they cost "
        f"{dollars(stored)} {prices.currency} a month, and {dollars(reads)} to be read once "
        f"({_OPERATIONS_OF_A_SHARD} operations for each shard; within a region nothing else). A reader holds one shard "
        "on its disk and a buffer in memory, however many there are."
    )


def _work(measured: ShardMeasurements, documents: int) -> list[list[str]]:
    names = (SHARDING, READING, STREAMING)
    return [[name, f"{measured.rate(name):,.0f}", f"{documents / measured.rate(name) / 3600:,.0f}"] for name in names]


def _epochs(scaling: Scaling, prices: Prices, documents: int) -> list[list[str]]:
    rows = []
    for machines, processes in ((0, 1), *((count, count * PROCESSES_OF_A_MACHINE) for count in MACHINES)):
        seconds = documents / scaling.rate(processes)
        hours = seconds / 3600
        rows.append(
            [
                scaling.model,
                str(machines or 1),
                f"{processes:,}",
                f"{processes * scaling.documents:,.0f}",
                f"{scaling.rate(processes):,.0f}",
                f"{hours / 24:,.1f}",
                dollars(prices[f"vertex_{MACHINE}"].cost(max(1, machines) * hours)),
            ]
        )
    return rows


def _formula(scaling: Scaling) -> str:
    sparse = scaling.model in SPARSE
    growth = "(n - 1)" if sparse else "2 (n - 1) / n"
    limit = (
        f" However many they are, they do not pass {scaling.documents / scaling.exchanging:,.0f} documents a second."
        if sparse and scaling.exchanging
        else ""
    )
    return (
        f"`{scaling.model}`: n processes with {scaling.documents:,.0f} documents each take "
        f"{1e3 * scaling.computing:,.0f} ms + {growth} x {1e3 * scaling.exchanging:,.0f} ms for a step "
        f"(both measured, n = 1 and 2).{limit}"
    )
