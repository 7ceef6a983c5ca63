"""Batch: a file of texts, each row answered; bad rows come back marked, in their place."""

from dataclasses import replace

import streamlit as st

from textops.frontend import batch_answers_view
from textops.frontend.batch_answers_view import show_answers
from textops.frontend.batch_columns import Choice, guessed_choice, texts_of
from textops.frontend.batch_delimited import DELIMITERS
from textops.frontend.batch_encoding import ENCODINGS
from textops.frontend.batch_file import ENDINGS, read_file
from textops.frontend.batch_job import BatchJob
from textops.frontend.batch_progress_view import show_progress
from textops.frontend.batch_results import BatchResults
from textops.frontend.batch_session import batch_store, session_id
from textops.frontend.batch_sheet import MOST_COLUMNS_SHOWN, preview_of, show_sheet
from textops.frontend.batch_store import Batch
from textops.frontend.batch_table import FileRefusedError, Layout, counted
from textops.frontend.context import context
from textops.frontend.escaping import plain
from textops.frontend.kept_fields import forget_fields
from textops.frontend.known_model import known_model
from textops.frontend.problem import ServiceProblemError
from textops.frontend.states import show_problem, show_until_it_works

_TEXTS, _TITLE, _IDENTITY = "batch_texts", "batch_title", "batch_identity"
_ENCODING, _DELIMITER, _HEADER, _QUOTING = "batch_encoding", "batch_delimiter", "batch_header", "batch_quoting"
_OF_THE_FILE = (_TEXTS, _TITLE, _IDENTITY, _ENCODING, _DELIMITER, _HEADER, _QUOTING)
FIELDS = (*_OF_THE_FILE, *batch_answers_view.FIELDS)

_FILE, _FILES, _NOTE = "batch_file", "batch_files", "batch_note"
_PREVIEW_ROWS = 8
_KILOBYTE, _MEGABYTE = 1_000, 1_000_000


def show() -> None:
    """Show the page."""
    st.title("Classify a file")
    batch = batch_store().of(session_id())
    if batch is None:
        _show_model_state()
        _show_upload()
        return
    _show_name(batch)
    if batch.job is None:
        _show_model_state()
        _show_file(batch)
    elif not batch.job.progress().has_ended:
        show_progress()
    else:
        _show_end(batch)
        show_answers(batch)


def _show_model_state() -> None:
    try:
        known_model()
    except ServiceProblemError as problem:
        show_until_it_works(problem, context().api.model)


def _show_upload() -> None:
    st.write("Drop a file of texts: each row gets its class, and how sure the model is of it.")
    # Another number, another uploader: Streamlit lets go what was in the one before.
    number = st.session_state.setdefault(_FILES, 0)
    limit = context().settings.ui_upload_megabytes
    uploaded = st.file_uploader(
        f"CSV, TSV, JSON lines or Parquet, at most {limit:,} MB, also packed with gzip",
        type=list(ENDINGS),
        key=f"{_FILE}_{number}",
    )
    _show_note()
    if uploaded is not None:
        with st.spinner("Reading the file"):
            _take_file(uploaded.name, uploaded.getvalue())
        st.rerun()


def _show_note() -> None:
    note = st.session_state.pop(_NOTE, "")
    if note:
        st.error(plain(note), icon=":material/error:")


def _take_file(name: str, content: bytes) -> None:
    st.session_state[_FILES] += 1
    try:
        batch_store().check_room(session_id())
        batch_store().put(session_id(), Batch(name, content, read_file(name, content), Layout()))
    except FileRefusedError as error:
        st.session_state[_NOTE] = str(error)
        return
    forget_fields(FIELDS)


def _take_another() -> None:
    batch_store().forget(session_id())
    forget_fields(FIELDS)


def _show_name(batch: Batch) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        size = f" · {_size(len(batch.content))}" if batch.content else ""
        st.markdown(f"**{plain(batch.name)}**{size} · {counted(batch.table.rows, 'row')}", width="stretch")
        st.button("Take another file", icon=":material/upload_file:", on_click=_take_another)


def _size(content_bytes: int) -> str:
    if content_bytes < _MEGABYTE:
        return f"{max(1, content_bytes // _KILOBYTE):,} KB"
    return f"{content_bytes / _MEGABYTE:,.1f} MB"


def _show_file(batch: Batch) -> None:
    _show_note()
    first, *others = batch.table.notes
    st.caption(plain(first))
    for note in others:
        st.warning(plain(note))
    if batch.table.kind != "parquet":
        _show_layout(batch)
    choice = _show_choice(batch)
    columns = batch.table.columns.num_columns
    show_sheet(preview_of(batch.table, _PREVIEW_ROWS), key="batch_preview")
    if columns > MOST_COLUMNS_SHOWN:
        st.caption(f"The first {MOST_COLUMNS_SHOWN} of {columns:,} columns.")
    if st.button(f"Classify {counted(batch.table.rows, 'row')}", type="primary", icon=":material/play_arrow:"):
        _start(batch, choice)


def _show_layout(batch: Batch) -> None:
    layout = batch.table.layout
    with st.expander("Not read rightly?", icon=":material/tune:"), st.container(horizontal=True):
        found = str(layout.encoding)
        encodings = [found, *(name for name in ENCODINGS if name != found)]
        st.selectbox("Encoding", encodings, format_func=str.upper, key=_ENCODING, on_change=_read_again, width=180)
        if batch.table.kind != "delimited":
            return
        found = str(layout.delimiter)
        delimiters = [found, *(sign for sign in DELIMITERS if sign != found)]
        names = {**{sign: sign for sign in delimiters}, **DELIMITERS}
        st.selectbox(
            "Delimiter", delimiters, format_func=names.__getitem__, key=_DELIMITER, on_change=_read_again, width=180
        )
        st.session_state.setdefault(_HEADER, layout.has_header)
        st.checkbox("The first row holds the names", key=_HEADER, on_change=_read_again)
        st.session_state.setdefault(_QUOTING, layout.quoting)
        st.checkbox("Quotation marks hold cells together", key=_QUOTING, on_change=_read_again)


def _read_again() -> None:
    batch = batch_store().of(session_id())
    if batch is None:
        return
    chosen = st.session_state
    wanted = Layout(chosen[_ENCODING], chosen.get(_DELIMITER), chosen.get(_HEADER), chosen.get(_QUOTING))
    try:
        table = read_file(batch.name, batch.content, wanted)
    except (FileRefusedError, UnicodeError) as error:
        st.session_state[_NOTE] = f"That does not fit the file. {error}"
        return
    batch_store().put(session_id(), replace(batch, table=table, wanted=wanted))
    forget_fields((_TEXTS, _TITLE, _IDENTITY))


def _show_choice(batch: Batch) -> Choice:
    """Let the columns be chosen; they are guessed first."""
    names = batch.table.columns.column_names
    if _TEXTS not in st.session_state:
        guess = guessed_choice(batch.table)
        st.session_state[_TEXTS] = [name for name in guess.texts if name]
        st.session_state[_TITLE], st.session_state[_IDENTITY] = guess.title, guess.identity
    with st.container(horizontal=True, vertical_alignment="bottom"):
        texts = st.multiselect(
            "Text", names, key=_TEXTS, help="Several columns are joined, in this order.", placeholder="Choose columns"
        )
        title = st.selectbox(
            "Title",
            names,
            index=None,
            key=_TITLE,
            placeholder="None",
            width=220,
            help="Put in front of the text with a line break.",
        )
        identity = st.selectbox(
            "Name of a row",
            names,
            index=None,
            key=_IDENTITY,
            placeholder="None",
            width=220,
            help="Shown first in the table, to know a row again.",
        )
    return Choice(tuple(texts), title, identity)


def _start(batch: Batch, choice: Choice) -> None:
    if not choice.texts:
        st.warning("Choose the column of the texts first.")
        return
    with st.spinner("Taking the texts out of the file"):
        if choice.title in choice.texts:
            choice = replace(choice, title=None)
        texts = texts_of(batch.table, choice)
        results = BatchResults(batch.table.rows, texts.faults)
    batch.choice, batch.texts, batch.results, batch.content = choice, texts, results, b""
    _run(batch)
    st.rerun()


def _run(batch: Batch) -> None:
    if batch.texts is not None and batch.results is not None:
        batch.job = BatchJob(context().api.predict_lines, batch.texts, batch.results)
        batch.job.start()


def _show_end(batch: Batch) -> None:
    if batch.job is None or batch.results is None:
        return
    progress = batch.job.progress()
    if progress.problem is not None:
        show_problem(progress.problem)
    if progress.phase != "finished":
        left = progress.rows - progress.done
        st.info(f"Stopped: {counted(left, 'row')} not asked about, and marked.", icon=":material/stop:")
        st.button("Go on", icon=":material/play_arrow:", on_click=_run, args=(batch,), key="batch_go_on")
