"""The errors a user can put right.

Each message is one line that says what is wrong, where, and what to do. The command line shows the message without
a traceback and ends with the error's exit code; any other exception is a bug and keeps its traceback.
"""


class TextopsError(Exception):
    """Base of all errors that are answered with one clear line.

    Attributes:
        exit_code: What the command line ends with.
    """

    exit_code = 2


class ConfigurationError(TextopsError):
    """A setting, an override or a combination of settings that cannot work."""


class DataError(TextopsError):
    """Labelled data that cannot be read or cannot be learned from."""


class BundleError(TextopsError):
    """A model bundle that is missing, incomplete or altered."""


class RegistryError(TextopsError):
    """A registry that is empty, unreachable or read-only, or a reference that leads nowhere."""


class ServiceError(TextopsError):
    """A service that cannot start: port in use, nothing to serve."""


class GateRefusedError(TextopsError):
    """A promotion that the gate refused; the message names the check and its figure."""

    exit_code = 3
