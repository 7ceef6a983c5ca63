"""`python -m textops.benchmark.serving.loadtest`: what `invoke loadtest` runs."""

import argparse
import sys

from loguru import logger
from pydantic import ValidationError

from textops.benchmark.serving.loadtest.run import Users, load_test
from textops.benchmark.serving.loadtest.thresholds import Thresholds
from textops.errors import TextopsError
from textops.logs import set_up_logging

_FAULTS = 1
_SHOWN = 10


def main(arguments: list[str] | None = None) -> int:
    """Test a service, and return the exit code: 0, 1 where a threshold was not kept to, 2 where nothing was tested."""
    options = _parser().parse_args(arguments)
    set_up_logging()
    try:
        thresholds = Thresholds.model_validate({name: getattr(options, name) for name in Thresholds.model_fields})
        verdict = load_test(options.host, Users(options.users, options.spawn_rate, options.seconds), thresholds)
    except ValidationError as error:
        first = error.errors()[0]
        logger.error("--{}: {}", str(first["loc"][0]).replace("_", "-"), first["msg"])
        return TextopsError.exit_code
    except TextopsError as error:
        logger.error("{}", error)
        return error.exit_code
    run = verdict.run
    logger.info(
        "{:,} requests, {:,.1f} a second, {:.2%} failed; single texts p95 {} ms, p99 {} ms; see {}",
        run.requests,
        run.throughput,
        run.error_share,
        run.p95,
        run.p99,
        verdict.folder / "loadtest.html",
    )
    for failure in run.reasons[:_SHOWN]:
        logger.warning("{:,} times {}: {}", failure.count, failure.name, failure.reason)
    for fault in verdict.faults:
        logger.error("{}", fault)
    return _FAULTS if verdict.faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="invoke loadtest", description="Let users ask a service, and judge it.")
    parser.add_argument("--host", default=None)
    parser.add_argument("--users", type=_positive(int), default=20)
    parser.add_argument("--spawn-rate", type=_positive(float), default=10.0)
    parser.add_argument("--seconds", type=_positive(float), default=30.0)
    for name, field in Thresholds.model_fields.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=field.default)
    return parser


def _positive(kind: type[int] | type[float]) -> "argparse._ActionType":
    def read(text: str) -> int | float:
        value = kind(text)
        if not value > 0:
            raise argparse.ArgumentTypeError(f"{text} is not above 0")
        return value

    return read


if __name__ == "__main__":
    sys.exit(main())
