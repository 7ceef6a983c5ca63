"""All that is known of one version: figures, model card, size and speed."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from textops.bundle_report import BundleReport, ClassFigures
from textops.frontend.document import show_document
from textops.frontend.escaping import plain
from textops.frontend.figure_format import interval, share, size
from textops.frontend.figure_table import UNKNOWN, Cell, Note, Row, Table, columns, show_table
from textops.frontend.form_table import form_table
from textops.frontend.model_figures import (
    MOST_CLASSES,
    class_chart,
    confused_classes,
    confusion_chart,
    reliability_chart,
    robustness_chart,
)
from textops.serving.registry_schemas import VersionDetail

_CLASS_FIGURES = {"F1": "f1", "Precision": "precision", "Recall": "recall"}
_MOST_ROWS = 200
_MOST_CONFUSIONS = 20


def show_details(detail: VersionDetail, figures: DeltaGenerator, card: DeltaGenerator, forms: DeltaGenerator) -> None:
    """Show a version.

    Args:
        detail: What is known of it.
        figures: Where its figures stand.
        card: Where its model card stands.
        forms: Where size and speed stand.
    """
    report = detail.report
    with figures:
        if report is None:
            st.info(f"**No figures.** {_missing(detail)}", icon=":material/bar_chart_off:")
        else:
            _show_figures(detail, report)
    with card:
        if detail.card is None:
            st.info("**No model card.** Its bundle has none.", icon=":material/description:")
        else:
            name = f"Model card of {detail.name}, version {detail.version}"
            show_document(detail.card, name, key="models_card")
    with forms:
        _show_forms(detail)


def _missing(detail: VersionDetail) -> str:
    said = plain(detail.report_missing or "it has no report")
    return f"{said[:1].upper()}{said[1:]}."


def _show_figures(detail: VersionDetail, report: BundleReport) -> None:
    if detail.several is None:
        _show_confusion(detail.classes, report)
    _show_classes(report)
    st.markdown("##### Reliability")
    st.altair_chart(reliability_chart(report.reliability_before, report.reliability_after), key="models_reliability")
    st.caption(
        f"On the dashed line, an answer promised with 80 % is right in 80 of 100 cases. The mean distance from it is "
        f"{share(report.reliability_before.error)} before calibration and {share(report.reliability_after.error)} "
        "after it."
    )
    st.markdown("##### Robustness")
    if report.robustness is None:
        st.caption("What changed texts do was not measured.")
        return
    st.altair_chart(robustness_chart(report.robustness), key="models_robustness")
    st.caption(
        f"{report.robustness.examples:,} test texts were changed in each way; on them as they are, "
        f"{share(report.robustness.accuracy.value)} of the answers are right. Orange: it loses by more than luck."
    )


def _show_confusion(classes: list[str], report: BundleReport) -> None:
    st.markdown("##### Which class is taken for which")
    shown = confused_classes(classes, report.confusion)
    if len(shown) < len(classes):
        st.caption(f"The {len(shown)} of {len(classes):,} classes with the most mistakes.")
    st.altair_chart(confusion_chart(classes, report.confusion, shown), key="models_confusion")
    mistakes = sorted(
        (part for part in report.confusion if part.true != part.predicted), key=lambda part: -part.examples
    )
    if not mistakes:
        st.caption("No mistake on the test set.")
        return
    with st.expander(f"The most frequent mistakes, {min(len(mistakes), _MOST_CONFUSIONS)} of {len(mistakes):,}"):
        rows = tuple(
            Row(
                cells=(
                    Cell(text=classes[part.true]),
                    Cell(text=classes[part.predicted]),
                    Cell(text=f"{part.examples:,}"),
                )
            )
            for part in mistakes[:_MOST_CONFUSIONS]
        )
        table = Table(name="The most frequent mistakes", columns=columns(["Truth", "Answer"], ["Examples"]), rows=rows)
        show_table(table, key="models_mistakes")


def _show_classes(report: BundleReport) -> None:
    st.markdown("##### Classes")
    chosen = st.segmented_control(
        "Figure of the classes", list(_CLASS_FIGURES), default="F1", key="models_class_figure"
    )
    chart = class_chart(report.classes, _CLASS_FIGURES[chosen or "F1"])
    if chart is None:
        st.caption("No class has this figure.")
    else:
        st.altair_chart(chart, key="models_classes")
    if len(report.classes) > MOST_CLASSES:
        st.caption(f"The {MOST_CLASSES} of {len(report.classes):,} classes where it is lowest.")
    with st.expander("All figures of the classes" if len(report.classes) <= _MOST_ROWS else "Figures of the classes"):
        show_table(_class_table(report.classes), key="models_class_table")


def _class_table(classes: tuple[ClassFigures, ...]) -> Table:
    worst = sorted(classes, key=lambda part: part.f1.value if part.f1 else 1.0)[:_MOST_ROWS]
    chosen = set(map(id, worst))
    return Table(
        name="Figures of the classes",
        columns=columns(["Class"], [*_CLASS_FIGURES, "Examples", "Answers"]),
        rows=tuple(_class_row(part) for part in classes if id(part) in chosen),
    )


def _class_row(part: ClassFigures) -> Row:
    figures = (
        UNKNOWN if metric is None else Cell(text=share(metric.value), notes=(Note(text=interval(metric, share)),))
        for metric in (part.f1, part.precision, part.recall)
    )
    return Row(cells=(Cell(text=part.name), *figures, Cell(text=f"{part.support:,}"), Cell(text=f"{part.predicted:,}")))


def _show_forms(detail: VersionDetail) -> None:
    report, export = detail.report, detail.export
    if export is not None:
        st.markdown(f"Ships as **{plain(export.variant)}**: {plain(export.reason)}.")
        st.caption(
            f"Compared with the checkpoint on {export.parity.texts:,} texts: the same class for "
            f"{share(export.parity.agreement)}, logits apart by {export.parity.max_difference:.1e} at most."
        )
    if report is None:
        st.info(f"**Sizes and speeds are not known.** {_missing(detail)}", icon=":material/speed:")
        return
    st.caption(f"Size of the model that ships: {size(report.model_bytes)}.")
    if report.variants is None:
        told = "**There is but one form.** `textops optimize` makes others and measures them."
        st.info(told, icon=":material/speed:")
        return
    show_table(form_table(report.variants, None if export is None else export.variant), key="models_forms")
    st.caption("Measured on the machine that made the bundle; intervals are over rounds.")
