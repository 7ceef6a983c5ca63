"""What came of a batch: figures, counts by class, the rows with filters, and files to take away."""

from functools import partial
from pathlib import PurePath

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from textops.frontend.batch_download import ENDINGS, MEDIA_TYPES, Answers, Form, download
from textops.frontend.batch_filter import Filter, Show, matching_rows
from textops.frontend.batch_results import BatchResults
from textops.frontend.batch_session import batch_store, session_id
from textops.frontend.batch_sheet import answers_of, show_sheet
from textops.frontend.batch_store import Batch
from textops.frontend.batch_table import counted
from textops.frontend.components.component import show_component
from textops.frontend.probability_bars import MOST_AT_ONCE, Bar, Bars

SHOW, CLASSES, RANGE, SEARCH, PAGE, FORM, ROWS, SPREADSHEET = (
    "batch_show",
    "batch_classes",
    "batch_range",
    "batch_search",
    "batch_page",
    "batch_form",
    "batch_rows",
    "batch_spreadsheet",
)
FIELDS = (SHOW, CLASSES, RANGE, SEARCH, PAGE, FORM, ROWS, SPREADSHEET)

_ROWS_OF_A_PAGE = 25
_SHOWN: dict[Show, str] = {"all": "All rows", "review": "Needs review", "sure": "Needs no review", "failed": "Failed"}
_ALL, _FILTERED = "All rows", "Filtered rows"
_FORMS: tuple[Form, ...] = ("CSV", "JSON lines", "Parquet")


def show_answers(batch: Batch) -> None:
    """Show what came of a batch."""
    results = batch.results
    if results is None or batch.texts is None:
        return
    _show_figures(results)
    _show_counts(results)
    st.subheader("Rows", anchor=False)
    rows = matching_rows(results, batch.texts.texts, _filter(results))
    _show_rows(batch, results, rows)
    _show_downloads(batch, results, rows)


def _show_figures(results: BatchResults) -> None:
    figures = {
        "Rows": results.rows,
        "Answered": results.answered,
        "Need review": int(results.needs_review.sum()),
        "Failed": results.rows - results.answered,
    }
    with st.container(horizontal=True, key="batch_figures"):
        for name, figure in figures.items():
            st.metric(name, f"{figure:,}", width=130)


def _show_counts(results: BatchResults) -> None:
    counts = results.counts()
    if not counts:
        return
    bars = [
        Bar(name=name, probability=count / results.answered, percent=f"{count:,}", chosen=False)
        for name, count in counts.items()
    ]
    first, others = bars[:MOST_AT_ONCE], bars[MOST_AT_ONCE:]
    st.subheader("Answers by class", anchor=False)
    shown = Bars(first=first, others=others, others_title=f"{len(others):,} further classes")
    show_component("probability_bars", shown, key="batch_counts")


def _filter(results: BatchResults) -> Filter:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        show = st.selectbox(
            "Show", list(_SHOWN), format_func=_SHOWN.__getitem__, key=SHOW, on_change=_to_first_page, width=180
        )
        search = st.text_input(
            "Search in the texts", key=SEARCH, on_change=_to_first_page, placeholder="A word", width=250
        )
        classes = st.multiselect(
            "Classes", sorted(results.labels), key=CLASSES, on_change=_to_first_page, placeholder="Any", width="stretch"
        )
    st.session_state.setdefault(RANGE, (0, 100))
    st.slider("Probability of the answer", 0, 100, key=RANGE, format="%d %%", on_change=_to_first_page)
    least, most = st.session_state[RANGE]
    return Filter(show, tuple(classes), least / 100, most / 100, search)


def _show_rows(batch: Batch, results: BatchResults, rows: NDArray[np.int64]) -> None:
    if not len(rows) or batch.choice is None:
        st.info("No row is like that: widen the filters.", icon=":material/filter_alt:")
        return
    pages = -(-len(rows) // _ROWS_OF_A_PAGE)
    st.session_state[PAGE] = page = min(st.session_state.get(PAGE, 1), pages)
    part = rows[(page - 1) * _ROWS_OF_A_PAGE : page * _ROWS_OF_A_PAGE]
    show_sheet(answers_of(batch.table, results, part, batch.choice), key="batch_answers")
    first = (page - 1) * _ROWS_OF_A_PAGE + 1
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{first:,} to {first + len(part) - 1:,} of {len(rows):,} rows", width="stretch")
        if pages > 1:
            st.button("Previous", icon=":material/chevron_left:", disabled=page == 1, on_click=_turn, args=(-1,))
            st.number_input(f"Page of {pages:,}", 1, pages, key=PAGE, label_visibility="collapsed", width=120)
            st.button("Next", icon=":material/chevron_right:", disabled=page == pages, on_click=_turn, args=(1,))


def _turn(pages: int) -> None:
    st.session_state[PAGE] += pages


def _to_first_page() -> None:
    st.session_state[PAGE] = 1


def _show_downloads(batch: Batch, results: BatchResults, rows: NDArray[np.int64]) -> None:
    st.subheader("Download", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = st.radio("Which rows", [_ALL, _FILTERED], key=ROWS, horizontal=True)
        form = st.radio("As", _FORMS, key=FORM, horizontal=True)
    st.session_state.setdefault(SPREADSHEET, True)
    for_spreadsheet = form == "CSV" and st.checkbox(
        "For a spreadsheet",
        key=SPREADSHEET,
        help="Puts an apostrophe before cells that a spreadsheet would run as formulas, and a mark of its encoding "
        "at the beginning. Without it, the file holds exactly what was in yours.",
    )
    wanted = rows if which == _FILTERED else np.arange(results.rows)
    st.download_button(
        f"Download {counted(len(wanted), 'row')} as {form}",
        partial(_file, session_id(), wanted, form, for_spreadsheet=for_spreadsheet),
        file_name=f"{_stem(batch.name)}-predicted.{ENDINGS[form]}",
        mime=MEDIA_TYPES[form],
        icon=":material/download:",
        type="primary",
        on_click="ignore",
        disabled=not len(wanted),
    )
    st.caption(
        "Your columns, and beside them: predicted label, predicted probability, needs review, problem, prediction id, "
        "model, and the probability of each class."
    )


def _file(session: str, rows: NDArray[np.int64], form: Form, *, for_spreadsheet: bool) -> bytes:
    """Make the file when somebody wants it; it is not kept, nor does it keep the batch."""
    batch = batch_store().of(session)
    if batch is None or batch.results is None:
        return b""
    return download(Answers(batch.table, batch.results), rows, form, for_spreadsheet=for_spreadsheet)


def _stem(name: str) -> str:
    path = PurePath(name.removesuffix(".gz"))
    return path.stem or "batch"
