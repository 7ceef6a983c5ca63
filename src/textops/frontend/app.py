"""The script that Streamlit runs for everybody who looks, at each click: `textops ui`."""

import streamlit as st

from textops.frontend.screens import batch, classify, models, monitor

# Streamlit forgets what stands in a field while another page is shown.
_KEPT_FIELDS = (*classify.FIELDS, *batch.FIELDS, *monitor.FIELDS, *models.FIELDS)


def main() -> None:
    """Show the page that was chosen."""
    for field in _KEPT_FIELDS:
        if field in st.session_state:
            st.session_state[field] = st.session_state[field]
    chosen = st.navigation(
        [
            st.Page(classify.show, title="Classify", icon=":material/label:", url_path="classify", default=True),
            st.Page(batch.show, title="Batch", icon=":material/table_rows:", url_path="batch"),
            st.Page(monitor.show, title="Monitor", icon=":material/monitoring:", url_path="monitor"),
            st.Page(models.show, title="Models", icon=":material/deployed_code:", url_path="models"),
        ]
    )
    st.set_page_config(page_title=f"{chosen.title} · textops", page_icon=":material/label:", layout="centered")
    chosen.run()


main()
