"""`python -m textops.serving`: the API with the settings of the environment."""

import sys

from loguru import logger

from textops.errors import TextopsError
from textops.registry.settings import read_settings
from textops.serving.server import serve
from textops.serving.settings import ServingSettings


def main() -> int:
    """Serve, and return the exit code."""
    try:
        settings = read_settings(ServingSettings)
        logger.remove()
        # Diagnosis would put the values of variables, and so people's texts, into the log.
        logger.add(sys.stderr, level=settings.log_level, diagnose=False)
        serve(settings)
    except TextopsError as error:
        logger.error("{}", error)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
