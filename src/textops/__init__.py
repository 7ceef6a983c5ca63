"""textops: from labelled text to a monitored, self-correcting classifier."""

import os

# ONNX Runtime reports its use to its maker unless it is told not to before it is imported, and then writes no device
# id either. Whoever wants to report sets the variable to 0. The one side effect of an import that has to be one.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

__version__: str


def __getattr__(name: str) -> str:
    """Look up the version once somebody asks: what reads it takes longer to load than all else here."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import version

    return version("textops")
