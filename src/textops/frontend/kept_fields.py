"""What stands in the fields of a page, kept while another page is shown."""

from collections.abc import Iterable

import streamlit as st

_KEPT = "kept_fields"


def keep_fields(fields: Iterable[str]) -> None:
    """Give fields back what stood in them last; at the beginning of each run of the whole page.

    Streamlit forgets a field that is not shown: at a change of page, and also when a part of another page is built anew
    by itself, where nobody could have told it again. Hence a copy that is no field.
    """
    kept: dict[str, object] = st.session_state.setdefault(_KEPT, {})
    for field in fields:
        if field in st.session_state:
            kept[field] = st.session_state[field]
        if field in kept:
            st.session_state[field] = kept[field]


def forget_fields(fields: Iterable[str]) -> None:
    """Let fields begin as if they had never been filled."""
    kept: dict[str, object] = st.session_state.setdefault(_KEPT, {})
    for field in fields:
        kept.pop(field, None)
        st.session_state.pop(field, None)
