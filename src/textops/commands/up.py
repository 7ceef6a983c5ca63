"""`textops up`: the API, the drift service and the page together on this machine."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pydantic import SecretStr

    from textops.frontend.settings import PageSettings
    from textops.monitoring.settings import DriftSettings
    from textops.serving.settings import ServingSettings
    from textops.up.place import Wanted

_IMPATIENT = 130


class Spared(StrEnum):
    """What can be left out; the API cannot, as the others ask it."""

    DRIFT = "drift"
    PAGE = "page"


_NEEDED = {
    "page": ("ui", ("streamlit",)),
    "drift": ("monitor", ("evidently", "pandas", "pyarrow", "scipy", "sklearn")),
}


def up(
    *,
    model: Annotated[str | None, typer.Option(help="name@alias, name/3 or name.")] = None,
    host: Annotated[str | None, typer.Option(help="Address that all of them listen on.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Port of the API; by default 8000 or any free one.")
    ] = None,
    drift_port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Port of the drift service; 8001 or any free one.")
    ] = None,
    page_port: Annotated[
        int | None, typer.Option(min=0, max=65_535, help="Port of the page; 8501 or any free one.")
    ] = None,
    without: Annotated[list[Spared] | None, typer.Option(help="What is not to be started; may be given twice.")] = None,
) -> None:
    """Start the API, the drift service and the page together; Ctrl-C ends them all. What dies is started again.

    Settings: those of the three services, environment variables TEXTOPS_*.

    Example: textops up, then open the address of the page
    """
    from textops.commands.defaults import prediction_log_settings
    from textops.frontend.settings import PageSettings
    from textops.logs import set_up_logging
    from textops.monitoring.settings import DriftSettings
    from textops.registry.settings import read_settings
    from textops.serving.settings import ServingSettings
    from textops.up.place import Wanted
    from textops.up.together import UpPlan, run_together

    set_up_logging(service=True)
    left_out = without or []
    serving = read_settings(ServingSettings, model=model, host=host, port=port)
    watching = read_settings(DriftSettings, model=model, drift_host=host, drift_port=drift_port)
    # Zero is no port that the page itself could be given.
    page = read_settings(PageSettings, ui_host=host, ui_port=page_port or None)
    for each in Spared:
        if each not in left_out:
            _check_installed(each)
    if Spared.DRIFT not in left_out:
        prediction_log_settings()
    plan = UpPlan(
        registry=serving.registry,
        model=serving.model,
        api=Wanted(serving.host, serving.port, "port" in serving.model_fields_set, "--port"),
        drift=None if Spared.DRIFT in left_out else _drift_place(watching),
        page=None if Spared.PAGE in left_out else _page_place(page, page_port),
        page_key=_page_key(page, serving),
    )
    if not run_together(plan, typer.echo):
        raise typer.Exit(_IMPATIENT)


def _drift_place(settings: "DriftSettings") -> "Wanted":
    from textops.up.place import Wanted

    is_asked = "drift_port" in settings.model_fields_set
    return Wanted(settings.drift_host, settings.drift_port, is_asked, "--drift-port")


def _page_place(settings: "PageSettings", port: int | None) -> "Wanted":
    from textops.up.place import Wanted

    is_asked = port is not None or "ui_port" in settings.model_fields_set
    return Wanted(settings.ui_host, settings.ui_port if port is None else port, is_asked, "--page-port")


def _page_key(page: "PageSettings", serving: "ServingSettings") -> "SecretStr | None":
    """Return the key of the page: its own, or else the first that the API lets in."""
    if page.api_key is not None:
        return page.api_key
    return next(iter(serving.api_keys), None)


def _check_installed(name: str) -> None:
    from importlib.util import find_spec

    from textops.errors import ConfigurationError

    extra, packages = _NEEDED[name]
    missing = next((package for package in packages if find_spec(package) is None), None)
    if missing is not None:
        raise ConfigurationError(
            f"the {name} needs {missing}, which is not installed: pip install 'textops[{extra}]', "
            f"or leave it out (--without {name})"
        )
