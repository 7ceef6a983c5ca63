"""What the promotion gate asks for."""

from dataclasses import dataclass

from textops.bundle import PARITY_TOLERANCE

DEFAULT_TOLERANCE = 0.01
DEFAULT_AGREEMENT = 0.95
DEFAULT_CALIBRATION_ERROR = 0.05
DEFAULT_LATENCY_MS = 100.0
DEFAULT_MEMORY_MB = 512.0


@dataclass(frozen=True)
class GateBounds:
    """The bounds of the gate's checks.

    Attributes:
        tolerance: Difference in accuracy to the holder that does not matter.
        parity_difference: Largest difference of a logit to the checkpoint, for forms that promise to be exact.
        agreement: Least share of texts to which the other forms answer as their checkpoint does.
        calibration_error: Largest expected calibration error.
        latency_ms: Time within which 95 of 100 single texts must be answered, in milliseconds.
        memory_mb: Largest resident memory of a process that serves the model, in megabytes (10^6 bytes).
    """

    tolerance: float = DEFAULT_TOLERANCE
    parity_difference: float = PARITY_TOLERANCE
    agreement: float = DEFAULT_AGREEMENT
    calibration_error: float = DEFAULT_CALIBRATION_ERROR
    latency_ms: float = DEFAULT_LATENCY_MS
    memory_mb: float = DEFAULT_MEMORY_MB
