"""The script that Streamlit runs for everybody who looks, at each click: `textops ui`."""

import streamlit as st

from textops.frontend.pages import classify

# Streamlit forgets what stands in a field while another page is shown.
_KEPT_FIELDS = classify.FIELDS


def main() -> None:
    """Show the page that was chosen."""
    for field in _KEPT_FIELDS:
        if field in st.session_state:
            st.session_state[field] = st.session_state[field]
    chosen = st.navigation(
        [
            st.Page(classify.show, title="Classify", icon=":material/label:", url_path="classify", default=True),
        ]
    )
    st.set_page_config(page_title=f"{chosen.title} · textops", page_icon=":material/label:", layout="centered")
    chosen.run()


main()
