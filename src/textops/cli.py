"""The command line: which verbs there are, and how it ends when something cannot work."""

import errno
import sys
from collections.abc import Callable
from typing import Annotated

import typer
from loguru import logger

from textops.commands import (
    answering,
    drift,
    initialization,
    looking,
    models,
    page,
    pipeline,
    prediction_log,
    promotion,
    registration,
    reporting,
    retraining,
    scoring,
    service_benchmarks,
    sharding,
    simulation,
    statistics,
    training_benchmarks,
    up,
)
from textops.errors import ConfigurationError, TextopsError
from textops.interrupts import INTERRUPTED, is_interrupted

# Modules that come with an extra, by the extra that brings them.
_EXTRAS = {
    "train": (
        "charset_normalizer",
        "ftfy",
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
    "experiments": ("optuna", "pandas", "snakeviz", "tensorboard", "wandb"),
    "mlflow": ("mlflow",),
    "monitor": ("evidently", "scipy", "sklearn"),
    "serve": (
        "alembic",
        "fastapi",
        "httpx",
        "orjson",
        "pg8000",
        "prometheus_client",
        "sqlalchemy",
        "starlette",
        "uvicorn",
    ),
    "datasets": ("datasets",),
    "gcp": ("gcsfs",),
    "pretrained": ("huggingface_hub", "safetensors", "transformers"),
    "scale": ("ray",),
    "ui": ("altair", "streamlit"),
}
# Nothing that a room could foresee everywhere, and nothing that a traceback explains.
_DISK_TROUBLES = frozenset(
    {errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
)
# What stands behind such a verb is for Hydra, also when it begins with a dash.
_PASS_OVERRIDES = {"ignore_unknown_options": True, "allow_extra_args": True}

application = typer.Typer(
    name="textops",
    help="From labelled text to a monitored classifier.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
reports = typer.Typer(help="Reports for people and pull requests.", no_args_is_help=True)
benchmarks = typer.Typer(help="Measure, with repeats, and write what was measured.", no_args_is_help=True)

_WITH_OVERRIDES: tuple[Callable[..., None], ...] = (pipeline.prepare, pipeline.train, statistics.stats, looking.demo)
_PLAIN: tuple[Callable[..., None], ...] = (
    initialization.init,
    sharding.shard,
    pipeline.evaluate,
    pipeline.optimize,
    registration.register,
    promotion.promote,
    registration.rollback,
    registration.card,
    retraining.retrain,
    simulation.simulate,
    simulation.drill,
    answering.predict,
    scoring.score,
    answering.serve,
    page.ui,
    up.up,
    looking.doctor,
)
_BENCHMARKS: dict[str, Callable[..., None]] = {
    "features": training_benchmarks.benchmark_features,
    "bottlenecks": training_benchmarks.benchmark_bottlenecks,
    "loader": training_benchmarks.benchmark_loader,
    "training": training_benchmarks.benchmark_training,
    "quality": training_benchmarks.benchmark_quality,
    "gate": training_benchmarks.benchmark_gate,
    "imbalance": training_benchmarks.benchmark_imbalance,
    "labels": training_benchmarks.benchmark_labels,
    "models": training_benchmarks.benchmark_models,
    "variants": training_benchmarks.benchmark_variants,
    "serving": service_benchmarks.benchmark_serving,
    "search": training_benchmarks.benchmark_search,
    "demo": service_benchmarks.benchmark_demo,
    "prediction-log": service_benchmarks.benchmark_prediction_log,
    "drift": service_benchmarks.benchmark_drift,
    "page": service_benchmarks.benchmark_page,
    "prepare": training_benchmarks.benchmark_prepare,
    "score": service_benchmarks.benchmark_score,
    "shards": training_benchmarks.benchmark_shards,
}
_REPORTS: dict[str, Callable[..., None]] = {
    "search": reporting.report_search,
    "model": reporting.report_model,
}
for verb in _WITH_OVERRIDES:
    application.command(context_settings=_PASS_OVERRIDES)(verb)
for verb in _PLAIN:
    application.command()(verb)
for name, verb in _BENCHMARKS.items():
    benchmarks.command(name)(verb)
for name, verb in _REPORTS.items():
    reports.command(name)(verb)
application.add_typer(benchmarks, name="benchmark")
application.add_typer(reports, name="report")
application.add_typer(models.models, name="models")
application.add_typer(prediction_log.prediction_log, name="log")
application.add_typer(drift.drift, name="drift")


@application.callback()
def choose_log(
    *,
    log_level: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="Least level of what is logged, DEBUG for instance.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Log warnings and errors only.")] = False,
) -> None:
    """From labelled text to a monitored classifier."""
    from textops.logs import choose_level, set_up_logging

    if quiet and log_level is not None:
        raise ConfigurationError("--quiet and --log-level contradict each other: give one of them")
    if quiet or log_level is not None:
        choose_level("WARNING" if log_level is None else log_level, origin="--log-level")
        set_up_logging()


def main() -> None:
    """Run the command line; errors that a user can put right end with one line, Ctrl-C without any."""
    try:
        _run()
    except (ImportError, SystemError):
        if not is_interrupted():
            raise
        # What compiled modules make of Ctrl-C while they load explains nothing to who pressed it.
        sys.exit(INTERRUPTED)


def _run() -> None:
    try:
        from textops.lean_loading import keep_loading_lean
        from textops.logs import set_up_logging

        keep_loading_lean()
        set_up_logging()
        application()
    except KeyboardInterrupt:
        # Typer ends a command so; this is Ctrl-C before there is one, while modules are loaded.
        sys.exit(INTERRUPTED)
    except TextopsError as error:
        logger.error("{}", error)
        sys.exit(error.exit_code)
    except OSError as error:
        if error.errno not in _DISK_TROUBLES:
            raise
        where = f"{error.filename} cannot be used" if error.filename else "the output cannot be written"
        logger.error("{} ({}): make room or get access, or choose another place", where, error.strerror)
        sys.exit(ConfigurationError.exit_code)
    except ModuleNotFoundError as error:
        extra = next((extra for extra, names in _EXTRAS.items() if _root(error) in names), None)
        if extra is None:
            raise
        logger.error("this needs {}, which is not installed: pip install 'textops[{}]'", _root(error), extra)
        sys.exit(ConfigurationError.exit_code)


def _root(error: ModuleNotFoundError) -> str:
    return (error.name or "").partition(".")[0]


if __name__ == "__main__":
    main()
