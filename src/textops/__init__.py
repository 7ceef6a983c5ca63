"""textops: from labelled text to a monitored, self-correcting classifier."""

from importlib.metadata import version

__version__ = version("textops")
