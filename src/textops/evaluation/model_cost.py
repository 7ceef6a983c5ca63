"""What versions cost where they run, side by side: size, memory, start and speed, measured here and now."""

from collections.abc import Sequence

from textops.bundle import MODEL_FILE
from textops.evaluation.markdown import plain, table
from textops.evaluation.sections import measured
from textops.inference.footprint import Footprint, probe_folder, summarize
from textops.registry.budget_check import CALLS, spread
from textops.registry.version import Version

ROUNDS = 3


def cost_lines(versions: Sequence[Version], texts: Sequence[str]) -> list[str]:
    """Measure versions in turns, each in fresh processes, and return a table with a column for each.

    Args:
        versions: At least one.
        texts: Texts that they are for, at least one.

    Raises:
        BundleError: If one cannot be loaded.
    """
    asked = spread(texts, CALLS)
    # In turns: what disturbs the machine then disturbs all of them.
    rounds = [[probe_folder(version.path, asked, calls=CALLS) for version in versions] for _ in range(ROUNDS)]
    costs = [summarize(readings) for readings in zip(*rounds, strict=True)]
    sizes = [f"{(version.path / MODEL_FILE).stat().st_size / 1e6:.2f} MB" for version in versions]
    header = ("", *(plain(str(version)) for version in versions))
    return [
        f"Medians of {ROUNDS} processes for each, with the smallest and the largest.",
        "",
        *table(header, [("Model file", *sizes), *_rows(costs)]),
    ]


def _rows(costs: Sequence[Footprint]) -> list[tuple[str, ...]]:
    return [
        ("Memory of a process", *(measured(cost.resident_bytes, 1e-6, "MB", 0) for cost in costs)),
        ("Start to the first answer", *(measured(cost.start_seconds, 1, "s", 2) for cost in costs)),
        ("One text, median", *(measured(cost.latency_p50_ms, 1, "ms", 2) for cost in costs)),
        ("One text, 95 %", *(measured(cost.latency_p95_ms, 1, "ms", 2) for cost in costs)),
        ("Texts a second, in batches", *(measured(cost.documents_per_second, 1, "", 0) for cost in costs)),
    ]
