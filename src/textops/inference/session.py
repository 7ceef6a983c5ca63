"""ONNX Runtime as a service wants it."""

from pathlib import Path

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as runtime

from textops.errors import BundleError

# What ONNX Runtime raises has no base class of its own; ValueError is for inputs that are missing.
RUNTIME_ERRORS = (
    runtime.EPFail,
    runtime.Fail,
    runtime.InvalidArgument,
    runtime.InvalidGraph,
    runtime.InvalidProtobuf,
    runtime.NoModel,
    runtime.NotImplemented,
    runtime.RuntimeException,
    ValueError,
)


def open_session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """Load a model on the processor.

    Args:
        path: An ONNX file.
        threads: Threads of one prediction. Services keep 1 and scale by processes.

    Raises:
        BundleError: If it is no model that ONNX Runtime can run.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Spinning threads take the processor from the other workers of the machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except RUNTIME_ERRORS as error:
        raise BundleError(
            f"{path} is no model that ONNX Runtime can run ({first_line(error)}): export it again"
        ) from error


def first_line(error: Exception) -> str:
    """Return what an error of ONNX Runtime says, without its stack."""
    return next(iter(str(error).splitlines()), type(error).__name__)
