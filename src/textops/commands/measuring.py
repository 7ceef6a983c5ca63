"""Benchmarks."""

from pathlib import Path
from typing import Annotated

import typer


def benchmark_features(
    rounds: Annotated[int, typer.Option(min=3, help="Repeats of each measurement.")] = 7,
) -> None:
    """Measure how many documents a second the default model's tokenizer takes in, and where the time goes.

    Example: textops benchmark features --rounds 9
    """
    from textops.benchmark.features import benchmark

    typer.echo(benchmark(rounds))


def benchmark_loader(
    rounds: Annotated[int, typer.Option(min=5, help="Epochs of each measurement.")] = 7,
) -> None:
    """Measure how many documents a second the data path serves, in each way that it can be set.

    Example: textops benchmark loader --rounds 9
    """
    from textops.benchmark.loader import benchmark

    typer.echo(benchmark(rounds))


def benchmark_training(
    rounds: Annotated[int, typer.Option(min=3, help="Epochs of each measurement.")] = 5,
) -> None:
    """Measure how long an epoch takes: each model, one process beside two, and the wait for data.

    Example: textops benchmark training --rounds 7
    """
    from textops.benchmark.training import benchmark

    typer.echo(benchmark(rounds))


def benchmark_bottlenecks(
    rounds: Annotated[int, typer.Option(min=5, help="Repeats of each measurement.")] = 7,
) -> None:
    """Measure what profiles found to be slow beside what took its place.

    Example: textops benchmark bottlenecks --rounds 9
    """
    from textops.benchmark.bottlenecks import benchmark

    typer.echo(benchmark(rounds))


def benchmark_models(
    source: Annotated[str, typer.Argument(help="Data configuration.")] = "bbc_news",
) -> None:
    """Train each model with its default settings on the same split, and compare accuracy, time and size.

    Example: textops benchmark models bbc_news
    """
    from textops.benchmark.models import benchmark

    typer.echo(benchmark(source))


def benchmark_demo(
    rounds: Annotated[int, typer.Option(min=1, help="How often.")] = 5,
) -> None:
    """Measure how long the demo takes in an empty folder, and the training in it.

    Example: textops benchmark demo --rounds 3
    """
    from textops.benchmark.demo import benchmark

    typer.echo(benchmark(rounds))


def benchmark_quality(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Data configurations; by default those of the README.")
    ] = None,
    *,
    splits: Annotated[int, typer.Option(min=1, help="Different splits of each data set.")] = 5,
) -> None:
    """Train the default model and two scikit-learn baselines on the same splits, and compare them.

    Example: textops benchmark quality bbc_news isot --splits 5
    """
    from textops.benchmark.quality import benchmark

    typer.echo(benchmark(sources, splits))


def benchmark_gate(
    tolerance: Annotated[
        float, typer.Option(min=0.0001, max=1, help="Loss of accuracy that does not matter, as a share.")
    ] = 0.01,
) -> None:
    """Compute how often the promotion gate lets candidates through that are as good, or worse, by size of the test set.

    Example: textops benchmark gate --tolerance 0.02
    """
    from textops.benchmark.gate import benchmark

    typer.echo(benchmark(tolerance))


def benchmark_imbalance(
    splits: Annotated[int, typer.Option(min=1, help="Different data sets.")] = 2,
) -> None:
    """Measure what class weights and rules of decision do where one text in a hundred is of the rare class.

    Example: textops benchmark imbalance --splits 3
    """
    from textops.benchmark.imbalance import benchmark

    typer.echo(benchmark(splits))


def benchmark_labels(
    source: Annotated[str, typer.Argument(help="Data configuration whose texts have many labels.")] = "liar_subjects",
    splits: Annotated[int, typer.Option(min=1, help="Different splits of the data set.")] = 3,
) -> None:
    """Train the default model and a logistic regression for each label on the same splits, and compare them.

    Example: textops benchmark labels liar_subjects --splits 3
    """
    from textops.benchmark.labels import benchmark

    typer.echo(benchmark(source, splits))


def benchmark_variants(
    models: Annotated[
        list[str] | None, typer.Argument(help="Pairs of data configuration and model, 'bbc_news lstm'.")
    ] = None,
    *,
    rounds: Annotated[int, typer.Option(min=1, help="Processes that measure each form.")] = 5,
) -> None:
    """Train models with default settings and compare the forms that textops optimize makes of them.

    Example: textops benchmark variants 'bbc_news ngram' 'bbc_news lstm' --rounds 7
    """
    from textops.benchmark.variants import benchmark

    typer.echo(benchmark(rounds, models))


def benchmark_search(
    trials: Annotated[int, typer.Option(min=4, help="Trials of each search.")] = 16,
) -> None:
    """Measure what a quick search finds and saves, by one process and by two that share it.

    Example: textops benchmark search --trials 24
    """
    from textops.benchmark.search import benchmark

    typer.echo(benchmark(trials))


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


def benchmark_prepare(
    documents: Annotated[
        list[int] | None, typer.Argument(min=1000, help="Sizes; by default 100,000, a million and ten million.")
    ] = None,
    *,
    words: Annotated[int, typer.Option(min=1, help="Mean words of a document.")] = 12,
) -> None:
    """Measure time, memory and disk of textops prepare for several sizes of data, and for data that are hostile.

    Ten million documents take about a quarter of an hour, and 5 GB in the folder for temporary files ($TMPDIR).

    Example: textops benchmark prepare 100000 1000000
    """
    from textops.benchmark.prepare import DOCUMENTS, benchmark

    typer.echo(benchmark(documents or DOCUMENTS, words))


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


def benchmark_shards(
    rounds: Annotated[int, typer.Option(min=1, help="Repeats of each measurement.")] = 5,
) -> None:
    """Measure bytes of a document and documents a second of trainings that read shards as they go.

    Example: textops benchmark shards --rounds 7
    """
    from textops.benchmark.shards import benchmark

    typer.echo(benchmark(rounds))
