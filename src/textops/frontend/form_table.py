"""Size and speed of the forms of a model: as it was trained, exported, quantized, pruned, distilled."""

from collections.abc import Callable, Sequence

from textops.bundle import Metric
from textops.frontend.figure_format import interval, points, share, size
from textops.frontend.figure_table import UNKNOWN, Cell, Note, Row, Table, columns
from textops.variant_figures import VariantFigures

_FIGURES = (
    "File",
    "Memory",
    "First answer",
    "One text",
    "95 of 100 texts",
    "In batches",
    "Accuracy",
    "To the checkpoint",
    "Same answers",
    "Zero weights",
)


def form_table(forms: Sequence[VariantFigures], shipped: str | None) -> Table:
    """Return a row for each form.

    Args:
        forms: What was measured.
        shipped: The form that answers, None where the bundle does not say.
    """
    return Table(
        name="Size and speed of the forms",
        columns=columns(["Form"], _FIGURES),
        # What could not be made has nothing to compare.
        rows=tuple(_row(form, shipped) for form in sorted(forms, key=lambda form: not form.made)),
    )


def _row(form: VariantFigures, shipped: str | None) -> Row:
    is_shipped = form.name == shipped
    notes = [Note(text="ships")] if is_shipped else []
    if not form.made:
        notes.append(Note(text="not made"))
    if form.reason:
        notes.append(Note(text=form.reason))
    cells = (
        Cell(text=form.name, notes=tuple(notes)),
        _plain(form.file_bytes, size),
        _measured(form.resident_bytes, size),
        _measured(form.start_seconds, lambda seconds: f"{seconds:.2f} s"),
        _measured(form.latency_p50_ms, _milliseconds),
        _measured(form.latency_p95_ms, _milliseconds),
        _measured(form.documents_per_second, lambda count: f"{count:,.0f} a second"),
        _measured(form.accuracy, share),
        _measured(form.accuracy_difference, points),
        _plain(form.agreement, share),
        _plain(form.sparsity, share),
    )
    return Row(cells=cells, chosen=is_shipped)


def _plain(value: float | None, told: Callable[[float], str]) -> Cell:
    return UNKNOWN if value is None else Cell(text=told(value))


def _measured(metric: Metric | None, told: Callable[[float], str]) -> Cell:
    if metric is None:
        return UNKNOWN
    return Cell(text=told(metric.value), notes=(Note(text=interval(metric, told)),))


def _milliseconds(value: float) -> str:
    return f"{value:.3f} ms" if value < 1 else f"{value:.1f} ms"
