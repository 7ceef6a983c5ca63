"""Asking a model: one text here, or any number over HTTP."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textops.commands.defaults import open_registry
from textops.errors import ConfigurationError

if TYPE_CHECKING:
    from textops.inference import Predictor

_MOST_WORDS = 10


def predict(
    text: Annotated[str, typer.Argument(help="The text; - reads it from standard input.")],
    *,
    model: Annotated[str | None, typer.Option(help="name@alias, name/3 or name.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="A bundle instead of a model of the registry.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Also tell which words decided.")] = False,
    top: Annotated[int | None, typer.Option(min=1, help="Name so many of the most probable classes only.")] = None,
) -> None:
    """Classify one text.

    Example: textops predict "Champions League: a late goal decides the final" --explain
    """
    import json

    from textops.inference import Predictor
    from textops.inference.most_probable import most_probable

    content = sys.stdin.read() if text == "-" else text
    if not content.strip():
        raise ConfigurationError("the text is blank: give at least one word")
    folder = bundle or open_registry().resolve(model)
    predictor = Predictor.load(folder)
    (prediction,) = predictor.predict([content])
    answer = prediction._asdict()
    if prediction.labels is None:
        del answer["labels"]
    if top is not None:
        answer["probabilities"] = most_probable(prediction.probabilities, top)
    if explain:
        # Of several labels the most probable one, given or not.
        label = prediction.label
        if prediction.labels is not None:
            label = max(prediction.probabilities, key=prediction.probabilities.__getitem__)
        answer |= {"explained": label} if prediction.labels is not None else {}
        answer |= _explanation(predictor, folder, content, label)
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=2))


def _explanation(predictor: "Predictor", folder: Path, text: str, label: str) -> dict[str, object]:
    """Return the method, and the words that added or took most, the strongest first."""
    from textops.inference.explanation import Explainer

    found = Explainer(predictor, folder).explain(text, [label])
    strongest = sorted(zip(found.contributions[label], found.spans, strict=True), key=lambda word: -abs(word[0]))
    words = [
        {"word": text[start:end], "start": start, "end": end, "contribution": added}
        for added, (start, end) in strongest[:_MOST_WORDS]
    ]
    return {"method": found.method, "words": words}


def serve(
    *,
    model: Annotated[str | None, typer.Option(help="name@alias, name/3 or name.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 for any free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that answer.")] = None,
    server: Annotated[str | None, typer.Option(help="What speaks HTTP: uvicorn or granian.")] = None,
    wait_for_model: Annotated[
        bool | None, typer.Option("--wait-for-model", help="Start also where there is nothing to serve yet.")
    ] = None,
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
    given = {"model": model, "host": host, "port": port, "workers": workers, "server": server}
    serve_model(read_settings(ServingSettings, **given, wait_for_model=wait_for_model))
