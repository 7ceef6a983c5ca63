"""What became of a retraining, as a short table."""

from rich.table import Table

from textops.registry.gate import GateReport
from textops.retraining.comparison import Comparison
from textops.retraining.record import Retraining


def render(record: Retraining) -> Table:
    """Return the table."""
    rows = {
        "feedback": _feedback(record),
        "new texts": (
            f"{record.placement.train:,} for training, {record.placement.window:,} for measuring, "
            f"{record.placement.corrected:,} with another label than before"
        ),
    }
    if record.candidate is not None:
        rows |= {
            "candidate": f"{record.model}/{record.candidate} ({record.form}), trained on {record.train_examples:,} "
            f"examples: {record.dataset}",
            "test set": _comparison(record.test, record),
            "live traffic": _comparison(record.window, record),
        }
    rows |= {f"gate, {alias}": _gate(report) for alias, report in record.gates.items()}
    rows |= {"outcome": record.outcome.replace("_", " "), "all in all": f"{record.seconds:.1f} s"}
    table = Table(title=f"Retraining of {record.model}", show_header=False, title_justify="left")
    for name, value in rows.items():
        table.add_row(name, value)
    return table


def _feedback(record: Retraining) -> str:
    counts = record.traffic
    left_out = {
        "without text": counts.without_text,
        "blank": counts.blank,
        "of unknown classes": sum(counts.strangers.values()),
        "undecided": counts.undecided,
        "too close to held-out texts": record.placement.held_out + record.placement.between,
    }
    reasons = ", ".join(f"{count:,} {reason}" for reason, count in left_out.items() if count)
    return f"on {counts.predictions:,} answers, {counts.texts:,} texts" + (f"; left out: {reasons}" if reasons else "")


def _comparison(comparison: Comparison | None, record: Retraining) -> str:
    if comparison is None:
        return "not measured, nothing was kept out of the training"
    return (
        f"{comparison.candidate} against {comparison.production.value:.4f} of {record.model}/{record.production} on "
        f"{comparison.examples:,} texts: {comparison.verdict}"
    )


def _gate(report: GateReport) -> str:
    if report.passed:
        return f"passed, {len(report.checks)} checks"
    return f"refused: {', '.join(check.name for check in report.checks if not check.passed)}"
