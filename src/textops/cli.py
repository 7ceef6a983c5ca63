"""The command line. Thin: every verb is a function of a room, imported when it is called."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from loguru import logger

from textops.errors import ConfigurationError, TextopsError

if TYPE_CHECKING:
    from textops.registry.store import Registry

application = typer.Typer(
    name="textops",
    help="From labelled text to a monitored classifier.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
benchmarks = typer.Typer(help="Measure, with repeats, and write what was measured.", no_args_is_help=True)
application.add_typer(benchmarks, name="benchmark")

PASS_OVERRIDES = {"ignore_unknown_options": True, "allow_extra_args": True}
# Modules that come with an extra, by the extra that brings them.
_EXTRAS = {
    "train": (
        "charset_normalizer",
        "hydra",
        "matplotlib",
        "omegaconf",
        "onnx",
        "onnxscript",
        "pyarrow",
        "pytorch_lightning",
        "rensa",
        "torch",
    ),
    "serve": ("fastapi", "httpx", "orjson", "prometheus_client", "starlette", "uvicorn"),
    "dev": ("sklearn",),
}

Overrides = Annotated[
    list[str] | None, typer.Argument(help="Hydra overrides: data=liar, model=lstm, trainer.max_epochs=1")
]
RunFolder = Annotated[Path | None, typer.Option("--run", help="Folder of a run; by default the last one.")]
ReferenceArgument = Annotated[
    str | None, typer.Argument(help="name@alias, name/3 or name; by default the only model there is.")
]


@application.command(context_settings=PASS_OVERRIDES)
def prepare(
    overrides: Overrides = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Make the data set again if it is there.")] = False,
) -> None:
    """Read, check, de-duplicate and split labelled data.

    Example: textops prepare data=csv data.paths=reviews.csv data.text_columns=[title,body] data.label_column=stars
    """
    from textops.training.configuration import compose_configuration

    configuration = compose_configuration(overrides or [])
    from textops.data.prepare import prepare as prepare_data
    from textops.training.source import dataset_folder, source_of

    prepare_data(source_of(configuration), dataset_folder(configuration), force=force)


@application.command(context_settings=PASS_OVERRIDES)
def train(overrides: Overrides = None) -> None:
    """Train a model; prepares the data first if they are not there.

    Example: textops train data=liar_binary model=lstm trainer.max_epochs=1
    """
    from textops.training.configuration import compose_configuration
    from textops.training.overrides import quoted

    given = [quoted(override) for override in overrides or []]
    if not {"-m", "--multirun"} & set(given):
        # Composed once before Hydra does it, because its own errors span a page; and before torch is
        # imported, so that a typing error is answered at once.
        compose_configuration(given)
    from textops.training.train import main as train_with_hydra

    sys.argv = ["textops train", *given]
    train_with_hydra()


@application.command()
def evaluate(run: RunFolder = None) -> None:
    """Export a trained model, prove the export, judge it on the test set, and make its bundle.

    Example: textops evaluate --run outputs/2026-01-31/12-00-00-000000
    """
    from textops.evaluation.report import render_markdown
    from textops.optimization.bundling import build_bundle
    from textops.training.run import Run

    judged = build_bundle(Run.load(run or _latest_run()))
    typer.echo(render_markdown(judged.evaluation, judged.calibration))


@application.command()
def register(
    bundle: Annotated[Path | None, typer.Argument(help="A bundle; by default that of the last run.")] = None,
    *,
    name: Annotated[str | None, typer.Option(help="Name of the model; by default the bundle's own.")] = None,
) -> None:
    """Put a bundle into the registry as a new version.

    Example: textops register models/latest/bundle --name news
    """
    version = _registry().register(bundle or _latest_run() / "bundle", name)
    logger.success("Registered {}; next: textops promote {}", version, version)


@application.command()
def promote(
    reference: ReferenceArgument = None,
    *,
    to: Annotated[str, typer.Option(help="The alias to move.")] = "production",
    test_data: Annotated[
        Path | None,
        typer.Option(help="Prepared data set whose test split judges; by default the model's own."),
    ] = None,
    force: Annotated[
        str | None,
        typer.Option(metavar="REASON", help="Promote whatever the gate says; the reason is stored."),
    ] = None,
) -> None:
    """Move an alias to a version, if the gate finds it not worse than the present one. Exit code 3 if it is.

    Example: textops promote bbc_news/2 --to production
    """
    from textops.data.dataset import Dataset
    from textops.registry.names import LATEST
    from textops.registry.promotion import promote as move_alias
    from textops.registry.settings import RegistrySettings, read_settings

    registry = _registry()
    version = registry.find(reference, default_alias=LATEST)
    folder = test_data or Path("data/processed") / version.manifest.data.name
    examples = Dataset.load(folder)
    test = examples.examples("test")
    event = move_alias(
        registry,
        str(version),
        to,
        test.texts,
        [examples.manifest.classes[label] for label in test.labels],
        tolerance=read_settings(RegistrySettings).gate_tolerance,
        force_reason=force,
    )
    logger.success("{}@{} is version {}; next: textops serve", version.name, to, event.version)


@application.command()
def rollback(
    name: Annotated[str | None, typer.Argument(help="Name of the model; by default the only one.")] = None,
    *,
    alias: Annotated[str, typer.Option(help="The alias to move back.")] = "production",
    reason: Annotated[str | None, typer.Option(help="Why; stored.")] = None,
) -> None:
    """Give an alias back to its previous holder.

    Example: textops rollback bbc_news --reason "complaints about sports"
    """
    from textops.registry.names import LATEST

    registry = _registry()
    event = registry.rollback(name or registry.find(default_alias=LATEST).name, alias, reason)
    logger.success("{} is version {} again (was {})", alias, event.version, event.previous)


@application.command()
def models(name: Annotated[str | None, typer.Argument(help="Only this model.")] = None) -> None:
    """List the versions in the registry with their figures and aliases.

    Example: textops models
    """
    from rich.console import Console

    from textops.registry.listing import versions_table

    Console().print(versions_table(_registry(), name))


@application.command()
def card(reference: ReferenceArgument = None) -> None:
    """Show the model card of a version.

    Example: textops card bbc_news@production
    """
    from textops.bundle import CARD_FILE
    from textops.errors import BundleError

    path = _registry().resolve(reference) / CARD_FILE
    if not path.is_file():
        raise BundleError(f"{path.parent} has no {CARD_FILE}: make the bundle with textops evaluate")
    typer.echo(path.read_text(encoding="utf-8"))


@application.command()
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
    from dataclasses import asdict

    from textops.inference import Predictor

    content = sys.stdin.read() if text == "-" else text
    if not content.strip():
        raise ConfigurationError("the text is blank: give at least one word")
    (prediction,) = Predictor.load(bundle or _registry().resolve(model)).predict([content])
    typer.echo(json.dumps(asdict(prediction), ensure_ascii=False, indent=2))


@application.command()
def serve(
    *,
    model: Annotated[str | None, typer.Option(help="name@alias, name/3 or name.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 for any free one.")] = None,
) -> None:
    """Start the API. Settings: environment variables TEXTOPS_*.

    Example: textops serve --port 8080, then curl -d '{"text": "..."}' -H 'content-type: application/json'
    localhost:8080/predict
    """
    from textops.logs import set_up_logging
    from textops.registry.settings import read_settings
    from textops.serving.server import serve as serve_model
    from textops.serving.settings import ServingSettings

    settings = read_settings(ServingSettings, model=model, host=host, port=port)
    set_up_logging(settings.log_level)
    serve_model(settings)


@benchmarks.command("features")
def benchmark_features(
    rounds: Annotated[int, typer.Option(min=3, help="Repeats of each measurement.")] = 7,
) -> None:
    """Measure how many documents a second the default model's tokenizer takes in, and where the time goes.

    Example: textops benchmark features --rounds 9
    """
    from textops.benchmark.features import benchmark

    typer.echo(benchmark(rounds))


@benchmarks.command("quality")
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


@application.command()
def doctor() -> None:
    """Say what is installed, reachable and configured, and what is missing. Exit code 2 if something is wrong.

    Example: textops doctor
    """
    from rich.console import Console

    from textops.doctor import examine, findings_table, has_problem

    findings = examine()
    Console().print(findings_table(findings))
    if has_problem(findings):
        raise typer.Exit(2)


@application.command(context_settings=PASS_OVERRIDES)
def demo(overrides: Overrides = None) -> None:
    """Live through the whole life of a model: prepare, train, evaluate, register, promote, serve, ask.

    Example: textops demo
    """
    from textops.demo import run_demo

    run_demo(overrides or [])


def main() -> None:
    """Run the command line; errors that a user can put right end with one line."""
    from textops.logs import set_up_logging

    set_up_logging()
    try:
        application()
    except TextopsError as error:
        logger.error("{}", error)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        extra = next((extra for extra, names in _EXTRAS.items() if _root(error) in names), None)
        if extra is None:
            raise
        logger.error("this needs {}, which is not installed: pip install 'textops[{}]'", _root(error), extra)
        sys.exit(ConfigurationError.exit_code)


def _root(error: ModuleNotFoundError) -> str:
    return (error.name or "").partition(".")[0]


def _latest_run() -> Path:
    return Path("models/latest")


def _registry() -> "Registry":
    from textops.registry.settings import RegistrySettings, read_settings
    from textops.registry.store import Registry

    return Registry(read_settings(RegistrySettings).registry)


if __name__ == "__main__":
    main()
