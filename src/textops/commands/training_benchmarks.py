"""Benchmarks of what comes before a model is in use: its data, its training, its forms."""

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


def benchmark_shards(
    rounds: Annotated[int, typer.Option(min=1, help="Repeats of each measurement.")] = 5,
) -> None:
    """Measure bytes of a document and documents a second of trainings that read shards as they go.

    Example: textops benchmark shards --rounds 7
    """
    from textops.benchmark.shards import benchmark

    typer.echo(benchmark(rounds))
