"""A fresh process that loads a model, answers, and says what that took. `textops.inference.footprint` starts it.

It reads a `ProbeRequest` as JSON from standard input and writes a `Reading` as JSON to standard output.
Measuring something else than a model folder with its tokenizer takes another module with a `main` like the one
here: import all that the model needs at its top, and call `take_reading` with a function that loads the model.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from textops.bundle import MANIFEST_FILE, MODEL_FILE, TOKENIZER_FILE
from textops.errors import TextopsError
from textops.inference.answer_speed import (
    DEFAULT_BATCHES,
    DEFAULT_CALLS,
    Answer,
    AnswerSpeed,
    measure_latency,
    measure_throughput,
)
from textops.inference.memory import memory_now
from textops.inference.predictor import Predictor
from textops.inference.probabilities import softmax
from textops.inference.scores import score_texts
from textops.inference.session import open_session
from textops.text.tokenizer import load_tokenizer


class ProbeRequest(BaseModel):
    """What a probe is to measure.

    Attributes:
        folder: The model's folder.
        texts: Texts to answer.
        calls: Calls with one text that are timed.
        batches: Batches that are timed; 0 for none.
        started_ns: `time.monotonic_ns()` just before the process was started; that clock is the machine's, so that
            the process can go on counting.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    folder: Path
    texts: tuple[str, ...] = Field(min_length=1)
    calls: int = Field(DEFAULT_CALLS, ge=1)
    batches: int = Field(DEFAULT_BATCHES, ge=0)
    started_ns: int


class Reading(BaseModel):
    """What one process measured.

    Attributes:
        start_seconds: From the start of the process to the first answer.
        resident_bytes: Resident memory after it answered `calls` texts one by one.
        private_bytes: Its own part of that (USS); None where the system does not tell.
        model_bytes: Growth of the resident memory since everything was imported and nothing loaded: what the model
            and its tokenizer take.
        speed: How fast it answered.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    start_seconds: float
    resident_bytes: int
    private_bytes: int | None
    model_bytes: int
    speed: AnswerSpeed


def take_reading(request: ProbeRequest, load: Callable[[], Answer]) -> Reading:
    """Load a model in this process, let it answer, and measure.

    Args:
        request: What is measured.
        load: Loads the model and returns what answers.
    """
    before = memory_now()
    answer = load()
    answer(request.texts[:1])
    start_seconds = (time.monotonic_ns() - request.started_ns) / 1e9
    latency = measure_latency(answer, request.texts, calls=request.calls)
    # Before the batches: what they take depends on their size more than on the model.
    after = memory_now()
    throughput = measure_throughput(answer, request.texts, batches=request.batches) if request.batches else None
    return Reading(
        start_seconds=start_seconds,
        resident_bytes=after.resident,
        private_bytes=after.private,
        model_bytes=after.resident - before.resident,
        speed=AnswerSpeed(latency=latency, documents_per_second=throughput),
    )


def load_folder(folder: Path) -> Answer:
    """Load a bundle, or a folder with `model.onnx` and `tokenizer.json` that is to become one.

    Raises:
        BundleError: If it cannot be loaded.
    """
    if (folder / MANIFEST_FILE).is_file():
        return Predictor.load(folder).probabilities
    tokenizer = load_tokenizer(folder / TOKENIZER_FILE)
    session = open_session(folder / MODEL_FILE)
    return lambda texts: softmax(score_texts(session, tokenizer, texts))


def serve_request(load: Callable[[Path], Answer]) -> None:
    """Read the request, measure, write the reading; the body of a probe's `main`.

    What a user can put right ends with one line and the error's exit code.

    Args:
        load: Loads the model of a folder and returns what answers.
    """
    request = ProbeRequest.model_validate_json(sys.stdin.buffer.read())
    try:
        reading = take_reading(request, lambda: load(request.folder))
    except TextopsError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    sys.stdout.write(reading.model_dump_json())


if __name__ == "__main__":
    serve_request(load_folder)
