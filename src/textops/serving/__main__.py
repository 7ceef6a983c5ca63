"""`python -m textops.serving`: the API with the settings of the environment."""

import sys

from textops.interrupts import end_on_interrupt


def main() -> int:
    """Serve, and return the exit code."""
    from loguru import logger

    from textops.errors import TextopsError
    from textops.logs import set_up_logging
    from textops.registry.settings import read_settings
    from textops.serving.server import serve
    from textops.serving.settings import ServingSettings
    from textops.serving.siblings import tell_supervisor

    try:
        set_up_logging(service=True)
        serve(read_settings(ServingSettings))
    except TextopsError as error:
        if not tell_supervisor(error):
            logger.error("{}", error)
        return error.exit_code
    return 0


if __name__ == "__main__":
    # What takes long to load is loaded after this.
    end_on_interrupt()
    sys.exit(main())
