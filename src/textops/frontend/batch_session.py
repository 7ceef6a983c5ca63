"""The batch of whoever looks now."""

from functools import cache

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from textops.frontend.batch_store import BatchStore


@cache
def batch_store() -> BatchStore:
    """Return the store of this process."""
    return BatchStore(_is_here)


def session_id() -> str:
    """Return which browser session a script runs for."""
    context = get_script_run_ctx()
    return context.session_id if context is not None else ""


def _is_here(session: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(session)
