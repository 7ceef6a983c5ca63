"""From PyTorch to ONNX, and the proof that both say the same."""

import contextlib
import io
import logging
import math
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn

from textops.bundle import PARITY_TOLERANCE, Parity
from textops.errors import BundleError
from textops.inference.session import RUNTIME_ERRORS, first_line, open_session
from textops.optimization.ngram_graph import ngram_graph
from textops.text.tokenizer import Feed, Tokenizer

CHECKPOINT_VARIANT = "onnx_fp32"
OPSET = 20
# Two texts of different lengths, and some tokens, so that no dimension is taken for a constant.
_FEWEST_TOKENS = 4
_EXAMPLES = ("a first example of some words", "and a second one that is somewhat longer than the first")


def export_onnx(network: nn.Module, tokenizer: Tokenizer, path: Path) -> None:
    """Write a network as one ONNX file; batch and tokens stay dynamic.

    Args:
        network: Takes the arrays of the tokenizer's feed in their order and returns logits [documents, classes].
        tokenizer: Gives example inputs and the names of the inputs.
        path: Where the file goes.

    Raises:
        BundleError: If the exporter fails, or takes a dimension for a constant.
    """
    written = ngram_graph(network, OPSET)
    if written is not None:
        onnx.save(written, path)
        return
    _forget_kernels()
    feed = _example_feed(tokenizer)
    batch, tokens = torch.export.Dim("batch"), torch.export.Dim("tokens")
    with _quiet():
        program = torch.onnx.export(
            network.eval(),
            tuple(torch.from_numpy(array) for array in feed.values()),
            input_names=list(feed),
            output_names=["logits"],
            dynamic_shapes=tuple({0: batch, 1: tokens} for _ in feed),
            opset_version=OPSET,
            dynamo=True,
            external_data=False,
            verbose=False,
        )
    if program is None:
        raise BundleError("the exporter returned no model: update torch or onnxscript")
    # It takes a dimension for a constant without a word where it finds no other way.
    fixed = [str(value.name) for value in program.model.graph.inputs if not _is_dynamic(value.shape)]
    if fixed:
        raise BundleError(f"the exporter took the size of {', '.join(fixed)} for a constant: do not ship it")
    program.save(path, external_data=False)


def _example_feed(tokenizer: Tokenizer) -> Feed:
    """Return examples with several tokens, also of a tokenizer that knows no word of ours."""
    feed = tokenizer.encode(_EXAMPLES)
    missing = {name: max(0, _FEWEST_TOKENS - array.shape[1]) for name, array in feed.items()}
    return {name: np.pad(array, ((0, 0), (0, missing[name]))) for name, array in feed.items()}


def _is_dynamic(shape: Iterable[object] | None) -> bool:
    return shape is not None and not any(isinstance(size, int) for size in shape)


def _forget_kernels() -> None:
    """Let the exporter's own LSTM be found, in which the number of words stays open.

    The exporter puts it in place for a while, but torch goes on with the kernel that it took last: without this, the
    second LSTM that a process exports would take texts of one length alone.
    """
    for operator in (torch.ops.aten.lstm.input, torch.ops.aten.gru.input):
        operator._dispatch_cache.clear()  # noqa: SLF001 (torch has no other way)


def check_parity(network: nn.Module, tokenizer: Tokenizer, path: Path, texts: Sequence[str]) -> Parity:
    """Compare a network with its export, text by text.

    Raises:
        BundleError: If the export does not answer, or a logit differs by more than `PARITY_TOLERANCE`.
        ValueError: If there is no text.
    """
    if not texts:
        raise ValueError("parity needs at least one text")
    session = open_session(path)
    largest, same = 0.0, 0
    for text in texts:
        feed = tokenizer.encode([text])
        try:
            (exported,) = session.run(["logits"], feed)
        except RUNTIME_ERRORS as error:
            raise BundleError(
                f"the export does not take what its tokenizer gives ({first_line(error)}): do not ship it"
            ) from error
        with torch.inference_mode():
            original = network(*(torch.from_numpy(array) for array in feed.values()))
        difference = _difference(np.asarray(exported), original.numpy())
        # A NaN on either side must fail as well, so the comparison is written the other way round.
        if not difference <= PARITY_TOLERANCE:
            raise BundleError(
                f"the export differs from the checkpoint by {difference:.2g} for a text of {len(text)} characters "
                f"(allowed {PARITY_TOLERANCE:g}): do not ship it"
            )
        largest = max(largest, difference)
        same += int(np.argmax(exported) == int(original.argmax()))
    return Parity(texts=len(texts), max_difference=largest, agreement=same / len(texts))


def _difference(exported: NDArray[np.float32], original: NDArray[np.float32]) -> float:
    # Of another shape it could be compared all the same, spread over all classes.
    if exported.shape != original.shape:
        return math.inf
    return float(np.abs(exported - original).max())


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the exporter's progress and its notes about itself from the user."""
    level = logging.getLogger("torch.onnx").level
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.getLogger("torch.onnx").setLevel(level)
