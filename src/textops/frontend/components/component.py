"""Our own parts of the page: a script and a style sheet that lie beside this module, and data that they show."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

_FOLDER = Path(__file__).parent


def show_component(name: str, data: BaseModel, key: str | None = None) -> None:
    """Show data through a component.

    Args:
        name: Of its script and style sheet.
        data: What it shows. The script makes text nodes of it, never HTML.
        key: Tells it from others of its kind on the page.
    """
    _component(name)(data=data.model_dump(), key=key)


@cache
def _component(name: str) -> "ComponentRenderer":
    """Register a component once in the process."""
    import streamlit as st

    shared, script, style = (
        (_FOLDER / file).read_text(encoding="utf-8") for file in ("elements.js", f"{name}.js", f"{name}.css")
    )
    return st.components.v2.component(f"textops.{name}", js=f"{shared}\n{script}", css=style)
