"""Benchmarks."""

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
