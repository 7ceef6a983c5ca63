"""Benchmarks of a model in use: its answers, their log, the page, and the watch over them."""

from pathlib import Path
from typing import Annotated

import typer


def benchmark_demo(
    rounds: Annotated[int, typer.Option(min=1, help="How often.")] = 5,
) -> None:
    """Measure how long the demo takes in an empty folder, and the training in it.

    Example: textops benchmark demo --rounds 3
    """
    from textops.benchmark.demo import benchmark

    typer.echo(benchmark(rounds))


def benchmark_prediction_log(
    rounds: Annotated[int, typer.Option(min=3, help="Repeats of each measurement.")] = 7,
) -> None:
    """Measure what a row of the prediction log costs the process that serves, and where.

    Example: textops benchmark prediction-log --rounds 9
    """
    from textops.benchmark.prediction_log import benchmark

    typer.echo(benchmark(rounds))


def benchmark_drift(
    model: Annotated[
        str | None, typer.Option(help="name@alias, name/3 or name; by default the only model in production.")
    ] = None,
    *,
    data: Annotated[
        Path | None,
        typer.Option(help="A prepared data set whose other texts are played; by default the model's validation texts."),
    ] = None,
    windows: Annotated[int, typer.Option(min=20, help="Windows without drift.")] = 200,
    largest: Annotated[int, typer.Option(min=1_000, help="Answers in the largest log.")] = 1_000_000,
) -> None:
    """Measure how often the drift check raises a false alarm, which drift it finds, and what a check costs.

    Example: textops benchmark drift --windows 200
    """
    from textops.benchmark.drift import benchmark
    from textops.commands.defaults import open_registry
    from textops.data.dataset import Dataset
    from textops.data.places import folder_of
    from textops.simulation.pool import labelled_texts, other_texts

    registry = open_registry()
    own = registry.find(model).manifest.data
    dataset = Dataset.load(folder_of(Path("data/processed"), own.name, own.fingerprint))
    # The reference is made of the test split; the validation split is in neither.
    val = labelled_texts(dataset.examples("val"), dataset.answers.names)
    pool = val if data is None else other_texts(Dataset.load(data), dataset)
    typer.echo(benchmark(registry, model, pool, windows, largest))


def benchmark_page(
    model: Annotated[
        str | None, typer.Option(help="name@alias, name/3 or name; by default the only model in production.")
    ] = None,
    *,
    clicks: Annotated[int, typer.Option(min=2, help="Clicks on Classify for each length of text.")] = 30,
    views: Annotated[int, typer.Option(min=1, help="First views of each page.")] = 10,
    starts: Annotated[int, typer.Option(min=1, help="Starts of the page, each with a first visitor.")] = 5,
) -> None:
    """Measure in a real browser how long people wait for the page and for an answer.

    Example: textops benchmark page --clicks 50
    """
    from textops.benchmark.page import PagePlan, benchmark
    from textops.registry.settings import RegistrySettings, read_settings

    registry = read_settings(RegistrySettings).registry
    typer.echo(benchmark(registry, model, PagePlan(clicks, views, starts)))


def benchmark_serving(  # noqa: PLR0913 (options of a command)
    model: Annotated[
        str | None, typer.Option(help="name@alias, name/3 or name; by default the only model in production.")
    ] = None,
    *,
    bundle: Annotated[Path | None, typer.Option(help="A bundle, instead of a model of the registry.")] = None,
    lstm: Annotated[Path | None, typer.Option(help="A bundle to serve the old way, one request at a time.")] = None,
    rivals: Annotated[
        bool, typer.Option("--rivals", help="Beside BentoML, LitServe, MLServer and MLflow too; installs them.")
    ] = False,
    rivals_folder: Annotated[
        Path | None, typer.Option(help="Where they are installed; by default ~/.cache/textops/rivals.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of the comparison.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.5, help="Length of each load.")] = 5.0,
    overload: Annotated[float, typer.Option(min=0, help="Seconds at three times the maximum, 0 for none.")] = 20.0,
    requests: Annotated[int, typer.Option(min=0, help="After so many the memory is looked at, 0 for never.")] = 200_000,
    soak: Annotated[float, typer.Option(min=0, help="Minutes at 70 % with a reload each, 0 for none.")] = 0.0,
) -> None:
    """Measure the API over HTTP, beside an endpoint that does nothing and others that serve the same model.

    Example: textops benchmark serving --rivals --rounds 7 --soak 30
    """
    from textops.benchmark.serving.benchmark import RIVALS_FOLDER, Plan, benchmark
    from textops.commands.defaults import open_registry
    from textops.errors import ConfigurationError

    if bundle is not None and model is not None:
        raise ConfigurationError("--model and --bundle name two models: give one of them")
    chosen = bundle if bundle is not None else open_registry().resolve(model)
    folder = (rivals_folder or RIVALS_FOLDER) if rivals or rivals_folder else None
    typer.echo(benchmark(Plan(chosen, lstm, folder, rounds, seconds, overload, requests, soak)))


def benchmark_score(
    rounds: Annotated[int, typer.Option(min=1, help="Repeats of each measurement.")] = 5,
    *,
    documents: Annotated[int, typer.Option(min=10_000, help="Short texts that are scored once.")] = 1_000_000,
    model: Annotated[
        str | None, typer.Option(help="name@alias, name/3 or name; by default the only model in production.")
    ] = None,
) -> None:
    """Measure how many texts a second textops score answers on one processor and on two, and where the time goes.

    Example: textops benchmark score --documents 10000000
    """
    from textops.benchmark.score import benchmark
    from textops.commands.defaults import open_registry

    typer.echo(benchmark(rounds, documents, open_registry().resolve(model)))
