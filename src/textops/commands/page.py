"""`textops ui`: the page for people who look rather than read."""

from typing import Annotated

import typer


def ui(
    *,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
) -> None:
    """Start the page; it asks the API and the drift service. Settings: TEXTOPS_API_URL, TEXTOPS_DRIFT_URL and others.

    Example: textops ui --port 8501
    """
    from textops.frontend.serve_page import serve_page
    from textops.frontend.settings import PageSettings
    from textops.registry.settings import read_settings

    serve_page(read_settings(PageSettings, ui_host=host, ui_port=port))
