"""Asking a model: one text here, or any number over HTTP."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from textops.commands.defaults import open_registry
from textops.errors import ConfigurationError

_MOST_WORDS = 10


def predict(
    text: Annotated[str, typer.Argument(help="The text; - reads it from standard input.")],
    *,
    model: Annotated[str | None, typer.Option(help="name@alias, name/3 or name.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="A bundle instead of a model of the registry.")] = None,
) -> None:
    """Classify one text.

    Example: textops predict "Champions League: a late goal decides the final"
    """
    import json

    from textops.inference import Predictor

    content = sys.stdin.read() if text == "-" else text
    if not content.strip():
        raise ConfigurationError("the text is blank: give at least one word")
    (prediction,) = Predictor.load(bundle or open_registry().resolve(model)).predict([content])
    typer.echo(json.dumps(prediction._asdict(), ensure_ascii=False, indent=2))


def serve(
    *,
    model: Annotated[str | None, typer.Option(help="name@alias, name/3 or name.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 for any free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer.")] = None,
    server: Annotated[str | None, typer.Option(help="What speaks HTTP: uvicorn or granian.")] = None,
) -> None:
    """Start the API. Settings: environment variables TEXTOPS_*.

    Example: textops serve --port 8080, then curl -d '{"text": "..."}' -H 'content-type: application/json'
    localhost:8080/predict
    """
    from textops.logs import set_up_logging
    from textops.registry.settings import read_settings
    from textops.serving.server import serve as serve_model
    from textops.serving.settings import ServingSettings

    set_up_logging(service=True)
    serve_model(read_settings(ServingSettings, model=model, host=host, port=port, workers=workers, server=server))
