"""The script that Streamlit runs for everybody who looks, at each click: `textops ui`."""

import streamlit as st

from textops.frontend.kept_fields import keep_fields
from textops.frontend.screens import batch, classify, models, monitor

_KEPT_FIELDS = (*classify.FIELDS, *batch.FIELDS, *monitor.FIELDS, *models.FIELDS)


def main() -> None:
    """Show the page that was chosen."""
    keep_fields(_KEPT_FIELDS)
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
